"""The tables of the workloads, as Django's models."""
# ruff: noqa: D101, D102, D106 - each is the table of its name

from django.db import models
from django.db.models.functions import Now


class User(models.Model):
    id = models.TextField(primary_key=True)
    name = models.TextField()
    email = models.TextField()
    email_verified = models.BooleanField()
    image = models.TextField(null=True)
    username = models.TextField(null=True)
    display_username = models.TextField(null=True)
    role = models.TextField(null=True)
    banned = models.BooleanField(null=True)
    ban_reason = models.TextField(null=True)
    ban_expires = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "user"
        managed = False


class Session(models.Model):
    id = models.TextField(primary_key=True)
    expires_at = models.DateTimeField()
    token = models.TextField()
    ip_address = models.TextField(null=True)
    user_agent = models.TextField(null=True)
    user = models.ForeignKey("User", models.DO_NOTHING, related_name="+")
    active_organization_id = models.TextField(null=True)
    impersonated_by = models.TextField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "session"
        managed = False


class Organization(models.Model):
    id = models.TextField(primary_key=True)
    name = models.TextField()
    slug = models.TextField()
    alternate_name = models.JSONField(null=True)
    legal_name = models.JSONField(null=True)
    description = models.JSONField(null=True)
    slogan = models.JSONField(null=True)
    url = models.TextField(null=True)
    logo = models.TextField(null=True)
    image = models.TextField(null=True)
    email = models.TextField(null=True)
    telephone = models.TextField(null=True)
    address = models.JSONField(null=True)
    same_as = models.JSONField(null=True)
    founding_date = models.DateTimeField(null=True)
    is_active = models.BooleanField()
    is_featured = models.BooleanField()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "blog_organizations"
        managed = False


class Medium(models.Model):
    id = models.TextField(primary_key=True)
    url = models.TextField()
    content_url = models.TextField(null=True)
    type = models.TextField()
    encoding_format = models.TextField(null=True)
    width = models.TextField(null=True)
    height = models.TextField(null=True)
    duration = models.TextField(null=True)
    license = models.TextField(null=True)
    copyright_holder = models.TextField(null=True)
    caption = models.JSONField(null=True)
    description = models.JSONField(null=True)
    alt = models.JSONField(null=True)
    thumbnail_url = models.TextField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "blog_media"
        managed = False


class Author(models.Model):
    id = models.TextField(primary_key=True)
    slug = models.TextField()
    given_name = models.JSONField(null=True)
    family_name = models.JSONField(null=True)
    display_name = models.JSONField()
    bio = models.JSONField(null=True)
    job_title = models.JSONField(null=True)
    email = models.TextField(null=True)
    avatar = models.ForeignKey("Medium", models.DO_NOTHING, null=True, related_name="+")
    avatar_url = models.TextField(null=True)
    website = models.TextField(null=True)
    same_as = models.JSONField(null=True)
    works_for = models.ForeignKey("Organization", models.DO_NOTHING, null=True, related_name="+")
    display_in_home = models.BooleanField()
    display_in_blog = models.BooleanField()
    is_featured = models.BooleanField()
    seo_title = models.JSONField(null=True)
    seo_description = models.JSONField(null=True)
    seo_keywords = models.JSONField(null=True)
    canonical_url = models.JSONField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "blog_authors"
        managed = False

    @property
    def organization(self) -> object:
        return self.works_for


class Category(models.Model):
    id = models.TextField(primary_key=True)
    slug = models.TextField()
    name = models.JSONField()
    description = models.JSONField(null=True)
    featured_image_id = models.TextField(null=True)
    display_in_home = models.BooleanField()
    display_in_menu = models.BooleanField()
    display_in_blog = models.BooleanField()
    is_featured = models.BooleanField()
    parent_id = models.TextField(null=True)
    seo_title = models.JSONField(null=True)
    seo_description = models.JSONField(null=True)
    seo_keywords = models.JSONField(null=True)
    canonical_url = models.JSONField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "blog_categories"
        managed = False


class Translation(models.Model):
    id = models.TextField(primary_key=True)
    post = models.ForeignKey("Post", models.DO_NOTHING, related_name="translations")
    in_language = models.TextField()
    headline = models.JSONField()
    alternative_headline = models.JSONField(null=True)
    article_body = models.JSONField()
    excerpt = models.JSONField()
    seo_title = models.JSONField(null=True)
    seo_description = models.JSONField(null=True)
    seo_keywords = models.JSONField(null=True)
    canonical_url = models.JSONField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "blog_translations"
        managed = False


class PostAuthor(models.Model):
    pk = models.CompositePrimaryKey("post_id", "author_id")
    post = models.ForeignKey("Post", models.DO_NOTHING, related_name="+")
    author = models.ForeignKey("Author", models.DO_NOTHING, related_name="+")

    class Meta:
        db_table = "blog_post_authors"
        managed = False


class PostCategory(models.Model):
    pk = models.CompositePrimaryKey("post_id", "category_id")
    post = models.ForeignKey("Post", models.DO_NOTHING, related_name="+")
    category = models.ForeignKey("Category", models.DO_NOTHING, related_name="+")

    class Meta:
        db_table = "blog_post_categories"
        managed = False


class PostMedium(models.Model):
    pk = models.CompositePrimaryKey("post_id", "media_id", "type")
    post = models.ForeignKey("Post", models.DO_NOTHING, related_name="media")
    media = models.ForeignKey("Medium", models.DO_NOTHING, related_name="+")
    type = models.TextField()
    position = models.TextField(null=True)

    class Meta:
        db_table = "blog_post_media"
        managed = False

    @property
    def medium(self) -> object:
        return self.media


class Post(models.Model):
    id = models.TextField(primary_key=True)
    slug = models.TextField()
    status = models.TextField()
    published_at = models.DateTimeField(null=True)
    display_in_home = models.BooleanField()
    display_in_blog = models.BooleanField()
    is_featured = models.BooleanField()
    reading_time = models.TextField(null=True)
    word_count = models.TextField(null=True)
    time_required = models.TextField(null=True)
    allow_comments = models.BooleanField()
    in_language = models.TextField()
    license = models.TextField(null=True)
    discussion_url = models.TextField(null=True)
    url = models.TextField(null=True)
    identifier = models.TextField(null=True)
    organization_id = models.TextField(null=True)
    deleted_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())
    authors = models.ManyToManyField("Author", through="PostAuthor")
    categories = models.ManyToManyField("Category", through="PostCategory")

    class Meta:
        db_table = "blog_posts"
        managed = False


class Comment(models.Model):
    id = models.TextField(primary_key=True)
    post_id = models.TextField()
    parent_id = models.TextField(null=True)
    author_name = models.TextField()
    author_email = models.TextField()
    content = models.JSONField()
    rating = models.IntegerField(null=True, db_default=0)
    status = models.TextField()
    in_language = models.TextField()
    deleted_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "blog_comments"
        managed = False


class ListingCategory(models.Model):
    id = models.TextField(primary_key=True)
    slug = models.TextField()
    name = models.JSONField()
    description = models.JSONField(null=True)
    icon = models.TextField(null=True)
    featured_image_id = models.TextField(null=True)
    parent_id = models.TextField(null=True)
    sort_order = models.IntegerField()
    display_in_home = models.BooleanField()
    display_in_menu = models.BooleanField()
    is_active = models.BooleanField()
    is_featured = models.BooleanField()
    seo_title = models.JSONField(null=True)
    seo_description = models.JSONField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "services_categories"
        managed = False


class ListingTranslation(models.Model):
    id = models.TextField(primary_key=True)
    service = models.ForeignKey("Listing", models.DO_NOTHING, related_name="translations")
    in_language = models.TextField()
    title = models.JSONField()
    description = models.JSONField()
    short_description = models.JSONField(null=True)
    seo_title = models.JSONField(null=True)
    seo_description = models.JSONField(null=True)
    seo_keywords = models.JSONField(null=True)
    canonical_url = models.JSONField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "services_translations"
        managed = False


class ListingMedium(models.Model):
    id = models.TextField(primary_key=True)
    url = models.TextField()
    content_url = models.TextField(null=True)
    type = models.TextField()
    encoding_format = models.TextField(null=True)
    width = models.TextField(null=True)
    height = models.TextField(null=True)
    duration = models.TextField(null=True)
    license = models.TextField(null=True)
    copyright_holder = models.TextField(null=True)
    caption = models.JSONField(null=True)
    description = models.JSONField(null=True)
    alt = models.JSONField(null=True)
    thumbnail_url = models.TextField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "services_media"
        managed = False


class MediumLink(models.Model):
    pk = models.CompositePrimaryKey("service_id", "media_id", "type")
    service = models.ForeignKey("Listing", models.DO_NOTHING, related_name="media")
    media = models.ForeignKey("ListingMedium", models.DO_NOTHING, related_name="+")
    type = models.TextField()
    position = models.TextField(null=True)

    class Meta:
        db_table = "services_media_links"
        managed = False

    @property
    def medium(self) -> object:
        return self.media


class Slot(models.Model):
    id = models.TextField(primary_key=True)
    service = models.ForeignKey("Listing", models.DO_NOTHING, related_name="availability")
    day_of_week = models.IntegerField()
    start_time = models.TextField()
    end_time = models.TextField()
    is_available = models.BooleanField()
    created_at = models.DateTimeField()

    class Meta:
        db_table = "services_availability"
        managed = False


class Review(models.Model):
    id = models.TextField(primary_key=True)
    service_id = models.TextField()
    parent_id = models.TextField(null=True)
    author_name = models.TextField()
    author_email = models.TextField()
    author_id = models.TextField(null=True)
    content = models.JSONField()
    rating = models.IntegerField()
    status = models.TextField()
    in_language = models.TextField()
    deleted_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "services_reviews"
        managed = False


class Listing(models.Model):
    id = models.TextField(primary_key=True)
    slug = models.TextField()
    category = models.ForeignKey("ListingCategory", models.DO_NOTHING, null=True, related_name="+")
    provider_id = models.TextField()
    organization = models.ForeignKey("Organization", models.DO_NOTHING, null=True, related_name="+")
    status = models.TextField()
    base_price = models.TextField(null=True)
    price_type = models.TextField(null=True)
    currency = models.TextField(null=True)
    duration_minutes = models.IntegerField(null=True)
    is_mobile = models.BooleanField()
    max_participants = models.IntegerField(null=True)
    booking_advance_hours = models.IntegerField(null=True)
    cancellation_hours = models.IntegerField(null=True)
    is_active = models.BooleanField()
    is_featured = models.BooleanField()
    display_in_home = models.BooleanField()
    allow_reviews = models.BooleanField()
    in_language = models.TextField()
    deleted_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "services_listings"
        managed = False
