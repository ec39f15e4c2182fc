"""The profiles of users."""

# Made by `make sync` from the modules of this folder; imports from elsewhere are kept.
from concordia_sql.auth.results import Profile
from concordia_sql.profile.commands import ChangeProfile, DeleteProfile, PutProfile
from concordia_sql.profile.queries import GetProfile, GetProfileByUsername
from concordia_sql.profile.results import ProfileDetails

__all__ = [
    "ChangeProfile",
    "DeleteProfile",
    "GetProfile",
    "GetProfileByUsername",
    "Profile",
    "ProfileDetails",
    "PutProfile",
]
