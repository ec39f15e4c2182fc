"""The result classes of accounts: users, sessions, organizations, and a user's profile.

A class named like a table holds the table's columns; `UserDetails` and others add relations. Times are naive datetimes
in UTC. Roles, statuses and providers are texts: other writers may store more of them than this library knows.
"""

import attrs

from concordia_sql.common import Moment
from concordia_sql.engine import Cursor


@attrs.frozen
class PublicUser:
    """A user as anybody may see them."""

    id: str
    name: str
    image: str | None
    username: str | None
    display_username: str | None


@attrs.frozen
class MemberUser(PublicUser):
    """A user as the members of their organizations see them: with the e-mail address."""

    email: str


@attrs.frozen
class User:
    """A user. For what others may see, there are `PublicUser` and `MemberUser`."""

    id: str
    name: str
    email: str
    email_verified: bool
    image: str | None
    username: str | None
    """In lower case, as Better Auth stores it; `display_username` is as the user wrote it."""
    display_username: str | None
    role: str | None
    """One role, or several separated by commas."""
    banned: bool | None
    """None means False. It stays True when the ban has ended: see `ban_expires`."""
    ban_reason: str | None
    ban_expires: Moment | None
    """When the ban ends; None is never."""
    created_at: Moment
    updated_at: Moment


@attrs.frozen
class Session:
    """A session of a user, on one device, expired or not. Without its token."""

    id: str
    expires_at: Moment
    ip_address: str | None
    user_agent: str | None
    user_id: str
    active_organization_id: str | None
    impersonated_by: str | None
    """The id of the administrator who acts as the user in this session."""
    created_at: Moment
    updated_at: Moment


@attrs.frozen
class SessionSecrets(Session):
    """A session with its token: for `ListSessions(…).into(SessionSecrets)`. Whoever has the token is the user."""

    token: str = attrs.field(repr=False)


@attrs.frozen
class Account:
    """A way for a user to sign in: a password, whose `provider_id` is "credential", or by OAuth. Without secrets."""

    id: str
    account_id: str
    """The user's id at the provider."""
    provider_id: str
    user_id: str
    access_token_expires_at: Moment | None
    refresh_token_expires_at: Moment | None
    scope: str | None
    created_at: Moment
    updated_at: Moment


@attrs.frozen
class AccountSecrets(Account):
    """An account with the hash of its password and its tokens: for `GetAccount(…).into(AccountSecrets)`."""

    access_token: str | None = attrs.field(repr=False)
    refresh_token: str | None = attrs.field(repr=False)
    id_token: str | None = attrs.field(repr=False)
    password: str | None = attrs.field(repr=False)


@attrs.frozen
class Organization:
    """An organization that users are members of."""

    id: str
    name: str
    slug: str
    logo: str | None
    created_at: Moment
    metadata: str | None
    """JSON as a text, as Better Auth writes it."""


@attrs.frozen
class Member:
    """A user's membership of an organization."""

    id: str
    organization_id: str
    user_id: str
    role: str
    """One role, or several separated by commas."""
    created_at: Moment


@attrs.frozen
class Invitation:
    """An invitation into an organization, in any status, expired or not."""

    id: str
    organization_id: str
    email: str
    """The address of the one invited, who need not be a user yet."""
    role: str | None
    status: str
    expires_at: Moment
    created_at: Moment
    inviter_id: str


@attrs.frozen
class Verification:
    """A code sent to somebody, used or not, expired or not."""

    id: str
    identifier: str = attrs.field(repr=False)
    """For whom or what. Better Auth writes the token of a password reset into it."""
    value: str = attrs.field(repr=False)
    expires_at: Moment
    used_at: Moment | None
    created_at: Moment
    updated_at: Moment


@attrs.frozen
class Profile:
    """The public profile of a user."""

    id: str
    user_id: str
    username: str | None
    """A text of the profile's own: neither unique nor kept equal to the user's `username`."""
    full_name: str | None
    bio: str | None
    avatar_url: str | None
    location: str | None
    website: str | None
    preferred_language: str | None
    created_at: Moment
    updated_at: Moment


@attrs.frozen
class Membership(Member):
    """A membership as its user sees it: with the organization."""

    organization: Organization


@attrs.frozen
class ListedMembership(Membership):
    """A membership in a list of a user's."""

    cursor: Cursor


@attrs.frozen
class SentInvitation(Invitation):
    """An invitation as its inviter sees it: with the organization."""

    organization: Organization


@attrs.frozen
class UserDetails(User):
    """A user with what belongs to them, at most 100 of each: sessions and invitations newest first, accounts and
    memberships oldest first. How many there are of each is counted up to 1,000.
    """

    sessions: tuple[Session, ...]
    """Expired ones too."""
    session_count: int
    accounts: tuple[Account, ...]
    account_count: int
    members: tuple[Membership, ...]
    member_count: int
    invitations: tuple[SentInvitation, ...]
    """Those that the user sent, in any status."""
    invitation_count: int
    profile: Profile | None


@attrs.frozen
class SessionDetails(Session):
    """A session with its user."""

    expired: bool
    """By the database's clock: `expires_at` is not in the future."""
    user: User
    active_organization: Organization | None
    """The organization that the user works for in this session.

    None if they chose none, if it is gone, and if they are not its member, whatever `active_organization_id` says.
    """


@attrs.frozen
class AccountDetails(Account):
    """An account with its user."""

    user: User


@attrs.frozen
class OrganizationMember(Member):
    """A membership as the organization sees it: with the user."""

    user: MemberUser


@attrs.frozen
class ListedMember(OrganizationMember):
    """A membership in a list of an organization's."""

    cursor: Cursor


@attrs.frozen
class MemberDetails(Membership):
    """A membership with the organization and the user."""

    user: MemberUser


@attrs.frozen
class OrganizationInvitation(Invitation):
    """An invitation as the organization sees it: with the inviter."""

    inviter: MemberUser


@attrs.frozen
class InvitationDetails(SentInvitation):
    """An invitation with the organization and the inviter."""

    inviter: MemberUser
    open: bool
    """By the database's clock: it is pending and has not expired."""


@attrs.frozen
class ListedInvitation(InvitationDetails):
    """An invitation in a list."""

    cursor: Cursor


@attrs.frozen
class OrganizationDetails(Organization):
    """An organization with its first 100 members, oldest first, and its newest 100 invitations.

    How many there are of each is counted up to 1,000.
    """

    members: tuple[OrganizationMember, ...]
    member_count: int
    invitations: tuple[OrganizationInvitation, ...]
    """In any status, expired or not."""
    invitation_count: int


@attrs.frozen
class ListedSession(Session):
    """A session in a list of a user's."""

    cursor: Cursor


@attrs.frozen
class ListedAccount(Account):
    """An account in a list of a user's."""

    cursor: Cursor


@attrs.frozen
class ListedUser(User):
    """A user in a list."""

    cursor: Cursor


@attrs.frozen
class VerificationDetails(Verification):
    """A verification, and whether it has expired."""

    expired: bool
    """By the database's clock: `expires_at` is not in the future."""


@attrs.frozen
class DeletedUser:
    """The number of rows deleted with a user."""

    user: int
    session: int
    account: int
    member: int
    invitation: int
    profile: int


@attrs.frozen
class DeletedOrganization:
    """The number of rows deleted with an organization, and of the sessions that worked for it."""

    organization: int
    member: int
    invitation: int
    session_detached: int
