"""A sample of Concordia's data: every table, relation and JSON form, the same on every run, at any scale."""

from concordia_sql.tools.sample.blog import (
    COMMENT_ROOT_ID,
    DEEP_THREAD_SLUG,
    FORTY_COMMENTS_SLUG,
    JOHN_DOE_SLUG,
    MY_POST_SLUG,
    WIDE_THREAD_SLUG,
)
from concordia_sql.tools.sample.loader import Progress, load
from concordia_sql.tools.sample.services import DEEP_REVIEWS_SLUG, MY_LISTING_SLUG, WIDE_REVIEWS_SLUG

USER_1_ID = "user-1"
"""A user with four sessions, two accounts, three memberships, three sent invitations and a profile."""

__all__ = [
    "COMMENT_ROOT_ID",
    "DEEP_REVIEWS_SLUG",
    "DEEP_THREAD_SLUG",
    "FORTY_COMMENTS_SLUG",
    "JOHN_DOE_SLUG",
    "MY_LISTING_SLUG",
    "MY_POST_SLUG",
    "USER_1_ID",
    "WIDE_REVIEWS_SLUG",
    "WIDE_THREAD_SLUG",
    "Progress",
    "load",
]
