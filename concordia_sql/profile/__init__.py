"""The profiles of users."""

# Made by `make sync` from the modules of this folder; imports from elsewhere are kept.
from typing import TYPE_CHECKING

from concordia_sql.engine import lazily

if TYPE_CHECKING:
    from concordia_sql.auth.results import Profile
    from concordia_sql.profile.commands import ChangeProfile, DeleteProfile, PutProfile
    from concordia_sql.profile.queries import GetProfile, GetProfileByUsername
    from concordia_sql.profile.results import ProfileDetails
else:
    __getattr__, __dir__ = lazily(
        __name__,
        {
            "concordia_sql.auth.results": "Profile",
            "concordia_sql.profile.commands": "ChangeProfile DeleteProfile PutProfile",
            "concordia_sql.profile.queries": "GetProfile GetProfileByUsername",
            "concordia_sql.profile.results": "ProfileDetails",
        },
    )

__all__ = [
    "ChangeProfile",
    "DeleteProfile",
    "GetProfile",
    "GetProfileByUsername",
    "Profile",
    "ProfileDetails",
    "PutProfile",
]
