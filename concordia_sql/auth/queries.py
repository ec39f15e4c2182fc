"""The queries of accounts."""

from datetime import datetime
from typing import Literal, TypeAlias

import attrs

from concordia_sql.auth.results import (
    AccountDetails,
    InvitationDetails,
    ListedAccount,
    ListedInvitation,
    ListedMember,
    ListedMembership,
    ListedSession,
    ListedUser,
    MemberDetails,
    OrganizationDetails,
    SessionDetails,
    UserDetails,
    VerificationDetails,
)
from concordia_sql.common import Count, CountLimit
from concordia_sql.concordia import query
from concordia_sql.engine import Limit, Many, Maybe, One, cursor
from concordia_sql.values import LowerCase, Part, SoughtEmail

InvitationStatus: TypeAlias = Literal["pending", "accepted", "rejected", "canceled"]


@query("shared/get.sql", shapes={"item": "auth/user_details"}, names={"key": "id"})
class GetUser(Maybe[UserDetails]):
    """The user with this id and everything that belongs to them, or None.

    Source: Concordia's documentation, section Basic Relation Query.
    """

    id: str


@query("shared/get.sql", shapes={"item": "auth/user_details"}, names={"key": "email"})
class GetUserByEmail(Maybe[UserDetails]):
    """The user with this e-mail address and everything that belongs to them, or None."""

    email: SoughtEmail
    """In upper or lower case. It is looked up in lower case, as Better Auth stores it."""


@query("shared/get.sql", shapes={"item": "auth/user_details"}, names={"key": "username"})
class GetUserByUsername(Maybe[UserDetails]):
    """The user with this username and everything that belongs to them, or None."""

    username: LowerCase
    """In upper or lower case. It is looked up in lower case, as Better Auth stores it.

    The user's own spelling is another.
    """


@query("auth/list_users.sql")
class ListUsers(Many[ListedUser]):
    """The users that match all given filters, newest first, at most `limit`."""

    role: str | None = None
    """Only users who have this role, alone or among others."""
    banned: bool | None = None
    """Only banned users, or only others. `banned` stays True when a ban has ended, until somebody lifts it."""
    text: Part | None = None
    """Only users whose name or e-mail address has this text in it, in upper or lower case."""
    limit: Limit = 50
    after: str | None = attrs.field(default=None, converter=cursor(datetime, str))
    """The cursor of the last row of the previous page."""


@query("auth/count_users.sql")
class CountUsers(One[Count]):
    """The number of users that match all given filters, which are those of `ListUsers`."""

    role: str | None = None
    banned: bool | None = None
    text: Part | None = None
    at_most: CountLimit | None = 1000


@query("auth/get_session.sql")
class GetSession(Maybe[SessionDetails]):
    """The live session with this token, its user and the organization in which they work, or None.

    It is None if the session has expired, or its user is banned, by the database's clock.

    The token is compared as it is stored, which is as it is. A cookie of Better Auth holds it with a signature:
    `session_token` verifies that and gives the token. If Better Auth stores sessions elsewhere (`secondaryStorage`),
    there is none here.
    """

    token: str = attrs.field(repr=False)
    expired: bool | None = False
    """Only a session that has expired, or only one that has not; None for either."""
    banned: bool | None = False
    """Only a session of a user who is banned now, or only of one who is not; None for either."""


@query("shared/list_newest.sql", shapes={"chosen": "auth/chosen_session"}, names={"key": "user_id"})
class ListSessions(Many[ListedSession]):
    """The sessions of a user, newest first, at most `limit`."""

    user_id: str
    expired: bool | None = None
    """Only sessions that have expired, or only others, by the database's clock."""
    limit: Limit = 50
    after: str | None = attrs.field(default=None, converter=cursor(datetime, str))
    """The cursor of the last row of the previous page."""


@query("shared/count.sql", shapes={"chosen": "auth/chosen_session"}, names={"key": "user_id", "moment": "expires_at"})
class CountSessions(One[Count]):
    """How many sessions a user has, with the filter of `ListSessions`."""

    user_id: str
    expired: bool | None = None
    at_most: CountLimit | None = 1000


@query("shared/get.sql", shapes={"item": "auth/account"}, names={"key": "provider_id", "other_key": "account_id"})
class GetAccount(Maybe[AccountDetails]):
    """The account with this id at this provider and its user, or None. `.into(AccountSecrets)` reads its secrets."""

    provider_id: str
    account_id: str


@query("shared/list_oldest.sql", shapes={"chosen": "auth/account"}, names={"key": "user_id"})
class ListAccounts(Many[ListedAccount]):
    """The accounts of a user, oldest first, at most `limit`."""

    user_id: str
    limit: Limit = 50
    after: str | None = attrs.field(default=None, converter=cursor(datetime, str))
    """The cursor of the last row of the previous page."""


@query("shared/count.sql", shapes={"chosen": "auth/account"}, names={"key": "user_id", "moment": "created_at"})
class CountAccounts(One[Count]):
    """How many accounts a user has."""

    user_id: str
    at_most: CountLimit | None = 1000


@query("shared/get.sql", shapes={"item": "auth/organization_details"}, names={"key": "id"})
class GetOrganization(Maybe[OrganizationDetails]):
    """The organization with this id, its members and its invitations, or None."""

    id: str


@query("shared/get.sql", shapes={"item": "auth/organization_details"}, names={"key": "slug"})
class GetOrganizationBySlug(Maybe[OrganizationDetails]):
    """The organization with this slug, its members and its invitations, or None."""

    slug: str


@query("shared/get.sql", shapes={"item": "auth/member"}, names={"key": "organization_id", "other_key": "user_id"})
class GetMember(Maybe[MemberDetails]):
    """The membership of a user in an organization, with both, or None when the user is no member."""

    organization_id: str
    user_id: str


@query("shared/list_oldest.sql", shapes={"chosen": "auth/chosen_member"}, names={"key": "organization_id"})
class ListMembers(Many[ListedMember]):
    """The members of an organization with their users, oldest first, at most `limit`."""

    organization_id: str
    role: str | None = None
    """Only members who have this role, alone or among others."""
    limit: Limit = 50
    after: str | None = attrs.field(default=None, converter=cursor(datetime, str))
    """The cursor of the last row of the previous page."""


@query("shared/list_oldest.sql", shapes={"chosen": "auth/member"}, names={"key": "user_id"})
class ListMemberships(Many[ListedMembership]):
    """The memberships of a user with their organizations, oldest first, at most `limit`."""

    user_id: str
    limit: Limit = 50
    after: str | None = attrs.field(default=None, converter=cursor(datetime, str))
    """The cursor of the last row of the previous page."""


@query("shared/count.sql", shapes={"chosen": "auth/member"}, names={"key": "user_id", "moment": "created_at"})
class CountMemberships(One[Count]):
    """Of how many organizations a user is a member."""

    user_id: str
    at_most: CountLimit | None = 1000


@query(
    "shared/count.sql",
    shapes={"chosen": "auth/chosen_member"},
    names={"key": "organization_id", "moment": "created_at"},
)
class CountMembers(One[Count]):
    """How many members an organization has, with the filter of `ListMembers`."""

    organization_id: str
    role: str | None = None
    at_most: CountLimit | None = 1000


@query("shared/get.sql", shapes={"item": "auth/invitation"}, names={"key": "id"})
class GetInvitation(Maybe[InvitationDetails]):
    """The invitation with this id, its organization and its inviter, in any status, or None. Check `open`."""

    id: str


@query("shared/list_newest.sql", shapes={"chosen": "auth/chosen_invitation"})
class ListInvitations(Many[ListedInvitation]):
    """The invitations that match all given filters, with organization and inviter, newest first, at most `limit`."""

    email: SoughtEmail | None = None
    """Only those to this address, in upper or lower case."""
    organization_id: str | None = None
    inviter_id: str | None = None
    status: InvitationStatus | None = None
    open: bool | None = None
    """Only those that are pending and have not expired, or only others, by the database's clock."""
    limit: Limit = 50
    after: str | None = attrs.field(default=None, converter=cursor(datetime, str))
    """The cursor of the last row of the previous page."""


@query("shared/count.sql", shapes={"chosen": "auth/chosen_invitation"})
class CountInvitations(One[Count]):
    """The number of invitations that match all given filters, which are those of `ListInvitations`."""

    email: SoughtEmail | None = None
    organization_id: str | None = None
    inviter_id: str | None = None
    status: InvitationStatus | None = None
    open: bool | None = None
    at_most: CountLimit | None = 1000


@query("auth/get_verification.sql")
class GetVerification(Maybe[VerificationDetails]):
    """The newest verification for an identifier, used and expired or not, or None. Check `expired` and `used_at`."""

    identifier: str = attrs.field(repr=False)
