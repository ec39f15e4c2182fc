"""What users tell of themselves."""

from concordia_sql.auth.results import Profile
from concordia_sql.profile.queries import GetProfile, GetProfileByUsername
from concordia_sql.profile.results import ProfileDetails

__all__ = ["GetProfile", "GetProfileByUsername", "Profile", "ProfileDetails"]
