"""The tables of the workloads, as Tortoise's models.

A model has one column as its key, and a table that links has several: the model declares one of them. Nothing here
looks for a link by its key.
"""
# ruff: noqa: D101, D102, D106 - each is the table of its name

from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.models import Model


class User(Model):
    id = fields.CharField(64, primary_key=True)
    name = fields.TextField()
    email = fields.TextField()
    email_verified = fields.BooleanField()
    image = fields.TextField(null=True)
    username = fields.TextField(null=True)
    display_username = fields.TextField(null=True)
    role = fields.TextField(null=True)
    banned = fields.BooleanField(null=True)
    ban_reason = fields.TextField(null=True)
    ban_expires = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "user"


class Session(Model):
    id = fields.CharField(64, primary_key=True)
    expires_at = fields.DatetimeField()
    token = fields.TextField()
    ip_address = fields.TextField(null=True)
    user_agent = fields.TextField(null=True)
    user = fields.ForeignKeyField("models.User", related_name=False)
    active_organization_id = fields.TextField(null=True)
    impersonated_by = fields.TextField(null=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "session"


class Organization(Model):
    id = fields.CharField(64, primary_key=True)
    name = fields.TextField()
    slug = fields.TextField()
    alternate_name = fields.JSONField(null=True)
    legal_name = fields.JSONField(null=True)
    description = fields.JSONField(null=True)
    slogan = fields.JSONField(null=True)
    url = fields.TextField(null=True)
    logo = fields.TextField(null=True)
    image = fields.TextField(null=True)
    email = fields.TextField(null=True)
    telephone = fields.TextField(null=True)
    address = fields.JSONField(null=True)
    same_as = fields.JSONField(null=True)
    founding_date = fields.DatetimeField(null=True)
    is_active = fields.BooleanField()
    is_featured = fields.BooleanField()
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "blog_organizations"


class Medium(Model):
    id = fields.CharField(64, primary_key=True)
    url = fields.TextField()
    content_url = fields.TextField(null=True)
    type = fields.TextField()
    encoding_format = fields.TextField(null=True)
    width = fields.TextField(null=True)
    height = fields.TextField(null=True)
    duration = fields.TextField(null=True)
    license = fields.TextField(null=True)
    copyright_holder = fields.TextField(null=True)
    caption = fields.JSONField(null=True)
    description = fields.JSONField(null=True)
    alt = fields.JSONField(null=True)
    thumbnail_url = fields.TextField(null=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "blog_media"


class Author(Model):
    id = fields.CharField(64, primary_key=True)
    slug = fields.TextField()
    given_name = fields.JSONField(null=True)
    family_name = fields.JSONField(null=True)
    display_name = fields.JSONField()
    bio = fields.JSONField(null=True)
    job_title = fields.JSONField(null=True)
    email = fields.TextField(null=True)
    avatar = fields.ForeignKeyField("models.Medium", null=True, related_name=False)
    avatar_url = fields.TextField(null=True)
    website = fields.TextField(null=True)
    same_as = fields.JSONField(null=True)
    works_for = fields.ForeignKeyField("models.Organization", null=True, related_name=False)
    display_in_home = fields.BooleanField()
    display_in_blog = fields.BooleanField()
    is_featured = fields.BooleanField()
    seo_title = fields.JSONField(null=True)
    seo_description = fields.JSONField(null=True)
    seo_keywords = fields.JSONField(null=True)
    canonical_url = fields.JSONField(null=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "blog_authors"

    @property
    def organization(self) -> object:
        return self.works_for


class Category(Model):
    id = fields.CharField(64, primary_key=True)
    slug = fields.TextField()
    name = fields.JSONField()
    description = fields.JSONField(null=True)
    featured_image_id = fields.TextField(null=True)
    display_in_home = fields.BooleanField()
    display_in_menu = fields.BooleanField()
    display_in_blog = fields.BooleanField()
    is_featured = fields.BooleanField()
    parent_id = fields.TextField(null=True)
    seo_title = fields.JSONField(null=True)
    seo_description = fields.JSONField(null=True)
    seo_keywords = fields.JSONField(null=True)
    canonical_url = fields.JSONField(null=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "blog_categories"


class Translation(Model):
    id = fields.CharField(64, primary_key=True)
    post = fields.ForeignKeyField("models.Post", related_name="translations")
    in_language = fields.TextField()
    headline = fields.JSONField()
    alternative_headline = fields.JSONField(null=True)
    article_body = fields.JSONField()
    excerpt = fields.JSONField()
    seo_title = fields.JSONField(null=True)
    seo_description = fields.JSONField(null=True)
    seo_keywords = fields.JSONField(null=True)
    canonical_url = fields.JSONField(null=True)
    created_at = fields.DatetimeField(db_default=Now())
    updated_at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "blog_translations"


class PostAuthor(Model):
    post = fields.ForeignKeyField("models.Post", related_name=False)
    author_id = fields.CharField(64, primary_key=True)  # with post_id

    class Meta:
        table = "blog_post_authors"


class PostCategory(Model):
    post = fields.ForeignKeyField("models.Post", related_name=False)
    category_id = fields.CharField(64, primary_key=True)  # with post_id

    class Meta:
        table = "blog_post_categories"


class PostMedium(Model):
    post = fields.ForeignKeyField("models.Post", related_name="media")
    media = fields.ForeignKeyField("models.Medium", related_name=False)
    type = fields.CharField(64, primary_key=True)  # with the other two
    position = fields.TextField(null=True)

    class Meta:
        table = "blog_post_media"

    @property
    def medium(self) -> object:
        return self.media


class Post(Model):
    id = fields.CharField(64, primary_key=True)
    slug = fields.TextField()
    status = fields.TextField()
    published_at = fields.DatetimeField(null=True)
    display_in_home = fields.BooleanField()
    display_in_blog = fields.BooleanField()
    is_featured = fields.BooleanField()
    reading_time = fields.TextField(null=True)
    word_count = fields.TextField(null=True)
    time_required = fields.TextField(null=True)
    allow_comments = fields.BooleanField()
    in_language = fields.TextField()
    license = fields.TextField(null=True)
    discussion_url = fields.TextField(null=True)
    url = fields.TextField(null=True)
    identifier = fields.TextField(null=True)
    organization_id = fields.TextField(null=True)
    deleted_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(db_default=Now())
    updated_at = fields.DatetimeField(db_default=Now())
    authors = fields.ManyToManyField("models.Author", through="blog_post_authors", backward_key="post_id")
    categories = fields.ManyToManyField("models.Category", through="blog_post_categories", backward_key="post_id")

    class Meta:
        table = "blog_posts"


class Comment(Model):
    id = fields.CharField(64, primary_key=True)
    post_id = fields.TextField()
    parent_id = fields.TextField(null=True)
    author_name = fields.TextField()
    author_email = fields.TextField()
    content = fields.JSONField()
    rating = fields.IntField(null=True, db_default=0)
    status = fields.TextField()
    in_language = fields.TextField()
    deleted_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(db_default=Now())
    updated_at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "blog_comments"


class ListingCategory(Model):
    id = fields.CharField(64, primary_key=True)
    slug = fields.TextField()
    name = fields.JSONField()
    description = fields.JSONField(null=True)
    icon = fields.TextField(null=True)
    featured_image_id = fields.TextField(null=True)
    parent_id = fields.TextField(null=True)
    sort_order = fields.IntField()
    display_in_home = fields.BooleanField()
    display_in_menu = fields.BooleanField()
    is_active = fields.BooleanField()
    is_featured = fields.BooleanField()
    seo_title = fields.JSONField(null=True)
    seo_description = fields.JSONField(null=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "services_categories"


class ListingTranslation(Model):
    id = fields.CharField(64, primary_key=True)
    service = fields.ForeignKeyField("models.Listing", related_name="translations")
    in_language = fields.TextField()
    title = fields.JSONField()
    description = fields.JSONField()
    short_description = fields.JSONField(null=True)
    seo_title = fields.JSONField(null=True)
    seo_description = fields.JSONField(null=True)
    seo_keywords = fields.JSONField(null=True)
    canonical_url = fields.JSONField(null=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "services_translations"


class ListingMedium(Model):
    id = fields.CharField(64, primary_key=True)
    url = fields.TextField()
    content_url = fields.TextField(null=True)
    type = fields.TextField()
    encoding_format = fields.TextField(null=True)
    width = fields.TextField(null=True)
    height = fields.TextField(null=True)
    duration = fields.TextField(null=True)
    license = fields.TextField(null=True)
    copyright_holder = fields.TextField(null=True)
    caption = fields.JSONField(null=True)
    description = fields.JSONField(null=True)
    alt = fields.JSONField(null=True)
    thumbnail_url = fields.TextField(null=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "services_media"


class MediumLink(Model):
    service = fields.ForeignKeyField("models.Listing", related_name="media")
    media = fields.ForeignKeyField("models.ListingMedium", related_name=False)
    type = fields.CharField(64, primary_key=True)  # with the other two
    position = fields.TextField(null=True)

    class Meta:
        table = "services_media_links"

    @property
    def medium(self) -> object:
        return self.media


class Slot(Model):
    id = fields.CharField(64, primary_key=True)
    service = fields.ForeignKeyField("models.Listing", related_name="availability")
    day_of_week = fields.IntField()
    start_time = fields.TextField()
    end_time = fields.TextField()
    is_available = fields.BooleanField()
    created_at = fields.DatetimeField()

    class Meta:
        table = "services_availability"


class Review(Model):
    id = fields.CharField(64, primary_key=True)
    service_id = fields.TextField()
    parent_id = fields.TextField(null=True)
    author_name = fields.TextField()
    author_email = fields.TextField()
    author_id = fields.TextField(null=True)
    content = fields.JSONField()
    rating = fields.IntField()
    status = fields.TextField()
    in_language = fields.TextField()
    deleted_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "services_reviews"


class Listing(Model):
    id = fields.CharField(64, primary_key=True)
    slug = fields.TextField()
    category = fields.ForeignKeyField("models.ListingCategory", null=True, related_name=False)
    provider_id = fields.TextField()
    organization = fields.ForeignKeyField("models.Organization", null=True, related_name=False)
    status = fields.TextField()
    base_price = fields.TextField(null=True)
    price_type = fields.TextField(null=True)
    currency = fields.TextField(null=True)
    duration_minutes = fields.IntField(null=True)
    is_mobile = fields.BooleanField()
    max_participants = fields.IntField(null=True)
    booking_advance_hours = fields.IntField(null=True)
    cancellation_hours = fields.IntField(null=True)
    is_active = fields.BooleanField()
    is_featured = fields.BooleanField()
    display_in_home = fields.BooleanField()
    allow_reviews = fields.BooleanField()
    in_language = fields.TextField()
    deleted_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "services_listings"
