"""The commands of profiles. A user has one at most, so that the user's id names it."""

import attrs
from msgspec import UNSET, UnsetType

from concordia_sql.auth.results import Profile
from concordia_sql.common import new_id
from concordia_sql.concordia import command
from concordia_sql.engine import Affected, ReturningMaybe, ReturningOne
from concordia_sql.values import Id, Language, Url


@command("profile/put_profile.sql")
class PutProfile(ReturningOne[Profile]):
    """Create the profile of a user, or change the given fields of the existing one, which keeps its id. Returns it.

    What is not given stays as it is; in a new profile it is None, and the preferred language `fr`. Raises
    MissingReference for the user, and Conflict for the id.
    """

    user_id: Id
    id: Id = attrs.field(factory=new_id)
    """The id of a new profile."""
    username: str | UnsetType | None = UNSET
    """A text of the profile's own: neither unique nor kept equal to the user's `username`."""
    full_name: str | UnsetType | None = UNSET
    bio: str | UnsetType | None = UNSET
    avatar_url: Url | UnsetType | None = UNSET
    location: str | UnsetType | None = UNSET
    website: Url | UnsetType | None = UNSET
    preferred_language: Language | UnsetType | None = UNSET


@command("profile/change_profile.sql")
class ChangeProfile(ReturningMaybe[Profile]):
    """Change the given fields of the profile of a user. Returns it, or None if they have none."""

    user_id: str
    username: str | UnsetType | None = UNSET
    full_name: str | UnsetType | None = UNSET
    bio: str | UnsetType | None = UNSET
    avatar_url: Url | UnsetType | None = UNSET
    location: str | UnsetType | None = UNSET
    website: Url | UnsetType | None = UNSET
    preferred_language: Language | UnsetType | None = UNSET


@command("shared/delete_items.sql", names={"items": "profile", "key": "user_id"}, domain="profile")
class DeleteProfile(Affected):
    """Delete the profile of a user. Returns 1, or 0 if they have none."""

    user_id: str
