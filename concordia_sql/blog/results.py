"""The result classes of the blog: posts with everything that belongs to them, authors, categories, media, comments.

A class named like a table holds the table's columns; `PostDetails` and others add relations, and those named `Listed…`
the cursor of a list. Times are naive datetimes in UTC. Statuses and types are texts: other writers may store more of
them than this library knows. Deleted posts and comments are never shown: a relation to one is None.
"""

import attrs

from concordia_sql.common import Address, Keywords, Links, Localized, Moment
from concordia_sql.engine import Cursor, Node


@attrs.frozen
class Organization:
    """An organization that publishes posts and offers services."""

    id: str
    name: str
    slug: str
    alternate_name: Localized | None
    legal_name: Localized | None
    description: Localized | None
    slogan: Localized | None
    url: str | None
    logo: str | None
    image: str | None
    email: str | None
    telephone: str | None
    address: Address | None
    same_as: Links | None
    founding_date: Moment | None
    is_active: bool
    is_featured: bool
    created_at: Moment
    updated_at: Moment


@attrs.frozen
class Medium:
    """An image, a video or a sound of the blog."""

    id: str
    url: str
    content_url: str | None
    type: str
    encoding_format: str | None
    width: str | None
    height: str | None
    duration: str | None
    license: str | None
    copyright_holder: str | None
    caption: Localized | None
    description: Localized | None
    alt: Localized | None
    thumbnail_url: str | None
    created_at: Moment
    updated_at: Moment


@attrs.frozen
class LinkedMedium(Medium):
    """A medium of a post, with the use that the post makes of it."""

    link_type: str
    """What the post uses it for: "cover", "gallery" or "inline". (`type` is what the medium is.)"""
    position: str | None


@attrs.frozen
class Author:
    """An author of posts."""

    id: str
    slug: str
    given_name: Localized | None
    family_name: Localized | None
    display_name: Localized
    bio: Localized | None
    job_title: Localized | None
    avatar_id: str | None
    avatar_url: str | None
    website: str | None
    same_as: Links | None
    works_for_id: str | None
    display_in_home: bool
    display_in_blog: bool
    is_featured: bool
    seo_title: Localized | None
    seo_description: Localized | None
    seo_keywords: Keywords | None
    canonical_url: Localized | None
    created_at: Moment
    updated_at: Moment


@attrs.frozen
class AuthorWithEmail(Author):
    """An author with their own e-mail address, as who edits the blog sees them: for `.into(AuthorWithEmail)`."""

    email: str | None


@attrs.frozen
class AuthorDetails(Author):
    """An author with their avatar and the organization that they work for."""

    avatar: Medium | None
    organization: Organization | None


@attrs.frozen
class Category:
    """A category of posts."""

    id: str
    slug: str
    name: Localized
    description: Localized | None
    featured_image_id: str | None
    display_in_home: bool
    display_in_menu: bool
    display_in_blog: bool
    is_featured: bool
    parent_id: str | None
    seo_title: Localized | None
    seo_description: Localized | None
    seo_keywords: Keywords | None
    canonical_url: Localized | None
    created_at: Moment
    updated_at: Moment


@attrs.frozen
class CategoryWithImage(Category):
    """A category with its featured image."""

    featured_image: Medium | None


@attrs.frozen
class Translation:
    """A post's texts in one language."""

    id: str
    post_id: str
    in_language: str
    headline: Localized
    alternative_headline: Localized | None
    article_body: Localized
    excerpt: Localized
    seo_title: Localized | None
    seo_description: Localized | None
    seo_keywords: Keywords | None
    canonical_url: Localized | None
    created_at: Moment
    updated_at: Moment


@attrs.frozen
class Comment:
    """A comment on a post, or a reply to one. Its author's e-mail address is in `CommentWithEmail` alone."""

    id: str
    post_id: str
    parent_id: str | None
    author_name: str
    content: Localized
    rating: int | None
    status: str
    in_language: str
    deleted_at: Moment | None
    """Always None: deleted comments are never shown."""
    created_at: Moment
    updated_at: Moment


@attrs.frozen
class CommentWithEmail(Comment):
    """A comment with the e-mail address of its author, for a moderator: for `.into(CommentWithEmail)`."""

    author_email: str


@attrs.frozen(eq=False, repr=False)
class CommentNode(Node, Comment):
    """A comment with its replies, oldest first, to any depth."""

    replies: tuple["CommentNode", ...] = ()


@attrs.frozen
class Post:
    """A post, without its texts: those are its translations."""

    id: str
    slug: str
    status: str
    published_at: Moment | None
    display_in_home: bool
    display_in_blog: bool
    is_featured: bool
    reading_time: str | None
    word_count: str | None
    time_required: str | None
    allow_comments: bool
    in_language: str
    license: str | None
    discussion_url: str | None
    url: str | None
    identifier: str | None
    organization_id: str | None
    deleted_at: Moment | None
    """Always None: deleted posts are never shown."""
    created_at: Moment
    updated_at: Moment


@attrs.frozen
class PostDetails(Post):
    """A post with organization, authors and categories (by slug), media (by position), translations (by language)."""

    organization: Organization | None
    authors: tuple[AuthorDetails, ...]
    """The first 100; `ListPostAuthors` has all."""
    author_count: int
    """Counted up to 1,000."""
    categories: tuple[CategoryWithImage, ...]
    """The first 100; `ListPostCategories` has all."""
    category_count: int
    """Counted up to 1,000."""
    media: tuple[LinkedMedium, ...]
    """The first 100; `ListPostMedia` has all."""
    medium_count: int
    """Counted up to 1,000."""
    translations: tuple[Translation, ...]
    """The first 100; `ListTranslations` has all."""
    translation_count: int
    """Counted up to 1,000; of the languages that the query asks for, if it does."""


@attrs.frozen
class FullPost(PostDetails):
    """A post with everything: its comments too, as a tree, oldest first. A reply to a hidden comment is a root."""

    comments: tuple[CommentNode, ...]


@attrs.frozen
class ListedPost(PostDetails):
    """A post of a list, with the cursor after which the list continues."""

    cursor: Cursor


@attrs.frozen
class PostWithTranslations(Post):
    """A post with its translations, by language."""

    translations: tuple[Translation, ...]
    """The first 100; `ListTranslations` has all."""
    translation_count: int
    """Counted up to 1,000; of the languages that the query asks for, if it does."""


@attrs.frozen
class AuthorWithPosts(AuthorDetails):
    """An author with their posts, newest first, each with its translations."""

    posts: tuple[PostWithTranslations, ...]
    """The newest 100; `ListPosts` has all."""
    post_count: int
    """Counted up to 1,000."""


@attrs.frozen
class CategoryDetails(CategoryWithImage):
    """A category with its featured image, its parent, and its children by slug, id."""

    parent: Category | None
    children: tuple[Category, ...]
    """The first 100."""
    child_count: int
    """Counted up to 1,000."""


@attrs.frozen
class ListedCategory(CategoryDetails):
    """A category of a list, with the cursor after which the list continues."""

    cursor: Cursor


@attrs.frozen
class CategoryWithPosts(CategoryDetails):
    """A category with its own posts too, newest first: those of the categories below it are in `ListCategoryPosts`."""

    posts: tuple[Post, ...]


@attrs.frozen
class ListedAuthor(AuthorDetails):
    """An author of a list, with the cursor after which the list continues."""

    cursor: Cursor


@attrs.frozen
class LinkedPost(Post):
    """A post that uses a medium, with the use that it makes of it."""

    link_type: str
    """What the post uses the medium for: "cover", "gallery" or "inline"."""
    position: str | None


@attrs.frozen
class ListedLinkedPost(LinkedPost):
    """A post of a list of those that use a medium, with the cursor after which the list continues."""

    cursor: Cursor


@attrs.frozen
class MediumDetails(Medium):
    """A medium with the posts that use it, newest first, once for each use."""

    posts: tuple[LinkedPost, ...]
    """The newest 100; `ListMediumPosts` has all."""
    post_count: int
    """Counted up to 1,000."""


@attrs.frozen
class ListedPostCategory(CategoryWithImage):
    """A category of a list of those of a post, with the cursor after which the list continues."""

    cursor: Cursor


@attrs.frozen
class ListedLinkedMedium(LinkedMedium):
    """A medium of a list of those of a post, with the cursor after which the list continues."""

    cursor: Cursor


@attrs.frozen
class ListedTranslation(Translation):
    """A translation of a list, with the cursor after which the list continues."""

    cursor: Cursor


@attrs.frozen
class TranslationDetails(Translation):
    """A translation with its post, or None when that is deleted."""

    post: Post | None


@attrs.frozen
class OrganizationDetails(Organization):
    """An organization with its posts, newest first, and the authors that work for it, by slug, id."""

    posts: tuple[Post, ...]
    """The newest 100; `ListPosts` has all."""
    post_count: int
    """Counted up to 1,000."""
    authors: tuple[Author, ...]
    """The first 100; `ListAuthors` has all."""
    author_count: int
    """Counted up to 1,000."""


@attrs.frozen
class ListedOrganization(Organization):
    """An organization of a list, with the cursor after which the list continues."""

    cursor: Cursor


@attrs.frozen
class ListedComment(Comment):
    """A comment of a list, with the cursor after which the list continues."""

    cursor: Cursor


@attrs.frozen
class CommentDetails(Comment):
    """A comment with the comment that it answers and its post; each is None when it is deleted."""

    parent: Comment | None
    post: Post | None


@attrs.frozen
class ModeratedComment(CommentDetails):
    """A comment as a moderator sees it, with the e-mail address, in a list with cursors."""

    author_email: str
    cursor: Cursor


@attrs.frozen
class DeletedPost:
    """The number of rows deleted with posts, and of the replies of other posts that lost their parent."""

    blog_posts: int
    blog_translations: int
    blog_post_authors: int
    blog_post_categories: int
    blog_post_media: int
    blog_comments: int
    blog_comments_detached: int


@attrs.frozen
class DeletedComment:
    """The number of rows deleted with a comment, and of those emptied, or put below it until they go."""

    blog_comments: int
    blog_comments_emptied: int
    blog_comments_moved: int


@attrs.frozen
class DeletedAuthor:
    """The number of rows deleted with an author."""

    blog_authors: int
    blog_post_authors: int


@attrs.frozen
class DeletedCategory:
    """The number of rows deleted with a category, and of the children that have its parent now."""

    blog_categories: int
    blog_post_categories: int
    blog_categories_detached: int


@attrs.frozen
class DeletedMedium:
    """The number of rows deleted with a medium, and of those that referred to it."""

    blog_media: int
    blog_post_media: int
    blog_authors_detached: int
    blog_categories_detached: int


@attrs.frozen
class DeletedOrganization:
    """The number of rows deleted with an organization, and of those that referred to it."""

    blog_organizations: int
    blog_posts_detached: int
    blog_authors_detached: int
    services_listings_detached: int
