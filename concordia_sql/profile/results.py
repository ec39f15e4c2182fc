"""The result classes of profiles."""

import attrs

from concordia_sql.auth.results import Profile, PublicUser


@attrs.frozen
class ProfileDetails(Profile):
    """A profile with its user, as anybody may see them."""

    user: PublicUser
