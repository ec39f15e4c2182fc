"""The queries of profiles."""

from concordia_sql.concordia import query
from concordia_sql.engine import Maybe
from concordia_sql.profile.results import ProfileDetails
from concordia_sql.values import LowerCase


@query("shared/get.sql", shapes={"item": "profile/profile"}, names={"key": "user_id"})
class GetProfile(Maybe[ProfileDetails]):
    """The profile of the user with this id, with the user, or None."""

    user_id: str


@query("profile/get_profile_by_username.sql")
class GetProfileByUsername(Maybe[ProfileDetails]):
    """The profile of the user with this username, with the user, or None.

    The username is the user's own, which is unique; the profile's `username` may be another.
    """

    username: LowerCase
    """In upper or lower case. It is looked up in lower case, as Better Auth stores it."""
