"""The commands of accounts, except invitations: users, sessions, verifications, organizations and their members."""

from datetime import datetime
from typing import Annotated, TypeAlias

import attrs
import msgspec
from msgspec import UNSET, UnsetType

from concordia_sql.auth.results import (
    Account,
    DeletedOrganization,
    DeletedUser,
    Member,
    Organization,
    Session,
    User,
    Verification,
)
from concordia_sql.common import new_id
from concordia_sql.concordia import command
from concordia_sql.engine import Affected, Batched, BatchLimit, Limit, ReturningMaybe, ReturningOne
from concordia_sql.values import Email, Id, LongText, Role, Secret, Slug, Url, Username

Attempts: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=100)]
"""How often a code may be guessed: 1 to 100 times."""


def _keep_spelling(user: "CreateUser | ChangeUser") -> None:
    """Put the username in lower case, and what was given in its place for display."""
    if not isinstance(user.username, str):
        return
    if user.display_username in (None, UNSET):
        object.__setattr__(user, "display_username", user.username)
    object.__setattr__(user, "username", user.username.lower())


@command("auth/create_user.sql")
class CreateUser(ReturningOne[User]):
    """Create a user and return them. Raises Conflict for their e-mail address, username or id.

    The address and the username are stored in lower case, in which Better Auth looks them up; the username as it is
    given is the `display_username`, unless that is given too. To sign in there by password, the user needs an account:
    `CreateAccount` with the provider "credential".
    """

    name: str
    email: Email
    id: Id = attrs.field(factory=new_id)
    email_verified: bool = False
    image: Url | None = None
    username: Username | None = None
    display_username: str | None = None
    role: Role | None = None
    banned: bool | None = False
    ban_reason: str | None = None
    ban_expires: datetime | None = None

    def __attrs_post_init__(self) -> None:
        _keep_spelling(self)


@command("auth/change_user.sql")
class ChangeUser(ReturningMaybe[User]):
    """Change the given fields of a user. Returns them, or None if there is no such row.

    Raises Conflict for their e-mail address or username. Both are stored in lower case, as by `CreateUser`. With
    `banned=True` all sessions of the user end, as they do when Better Auth bans; Refused is raised as `too_many` if
    there are more than `limit`, which `DeleteUserSessions` deletes in batches. Whoever creates sessions must not create
    one for a banned user.
    """

    id: str
    name: str | UnsetType = UNSET
    email: Email | UnsetType = UNSET
    email_verified: bool | UnsetType = UNSET
    image: Url | UnsetType | None = UNSET
    username: Username | UnsetType | None = UNSET
    display_username: str | UnsetType | None = UNSET
    role: Role | UnsetType | None = UNSET
    banned: bool | UnsetType | None = UNSET
    ban_reason: str | UnsetType | None = UNSET
    ban_expires: datetime | UnsetType | None = UNSET
    limit: BatchLimit = 10_000

    def __attrs_post_init__(self) -> None:
        _keep_spelling(self)


@command("auth/delete_user.sql")
class DeleteUser(ReturningOne[DeletedUser], Batched[DeletedUser]):
    """Delete a user with their sessions, accounts, memberships, profile and the invitations that they sent, for good.

    Returns the number of deleted rows by table: zeros if there is no such user. Their listings, reviews and bookings
    stay, and keep their id. Their membership is deleted even if they are the last owner, unlike with `RemoveMember`.

    Raises Refused as `too_many` when `limit` rows of one table or more belong to them. `batches` takes
    so many at once, and the user with the last of them.

    Better Auth no longer finds any of them; with its cookie cache on, a session counts until that cache ends.

    Source: Concordia's documentation, section Cascading Deletes.
    """

    id: str
    limit: BatchLimit = 10_000
    in_batches: bool = False


@command("auth/create_session.sql")
class CreateSession(ReturningOne[Session]):
    """Create a session and return it. Raises Conflict for its token or id, MissingReference for the user.

    Whether the active organization is there, and the user its member, is not checked.

    Better Auth finds a session by the token in a cookie that it has signed itself.
    """

    expires_at: datetime
    token: Secret = attrs.field(repr=False)
    user_id: Id
    id: Id = attrs.field(factory=new_id)
    ip_address: str | None = None
    user_agent: str | None = None
    active_organization_id: Id | None = None
    impersonated_by: Id | None = None


@command("auth/change_session.sql")
class ChangeSession(ReturningMaybe[Session]):
    """Change the given fields of a session. Returns it, or None if there is no such row.

    Whether the active organization is there, and the user its member, is not checked.

    Better Auth sees the change when it reads the session anew; with its cookie cache on, when that ends.
    """

    id: str
    expires_at: datetime | UnsetType = UNSET
    ip_address: str | UnsetType | None = UNSET
    user_agent: str | UnsetType | None = UNSET
    active_organization_id: Id | UnsetType | None = UNSET
    impersonated_by: Id | UnsetType | None = UNSET


@command("shared/delete_items.sql", names={"items": "session", "key": "id"}, domain="auth")
class DeleteSession(Affected):
    """Delete a session. Returns 1, or 0 if there is no such row.

    Better Auth no longer finds it; with its cookie cache on, only once that cache ends.
    """

    id: str


@command(
    "shared/delete_owned.sql",
    names={"owned": "session", "key": "user_id", "kept_id": "kept_id"},
    domain="auth",
)
class DeleteUserSessions(Affected, Batched[int]):
    """Delete the sessions of a user, expired or not. Returns how many were deleted.

    Raises Refused as `too_many` when there are more than `limit`: `batches` deletes at most so many at once.

    Better Auth no longer finds them; with its cookie cache on, only once that cache ends.
    """

    user_id: str
    kept_id: str | None = None
    """The id of the one session that stays."""
    limit: BatchLimit = 10_000
    in_batches: bool = False


@command("shared/delete_expired.sql", names={"items": "session"}, domain="auth")
class DeleteExpiredSessions(Affected, Batched[int]):
    """Delete at most `limit` sessions that have expired, the earliest first. Returns how many were deleted.

    Run it by `batches`. Rows that other transactions have locked are left for the next run.

    Better Auth takes them for expired already, and deletes those alone that somebody asks for.
    """

    limit: Limit = 100
    now: datetime | None = None
    """The current time. By default, the database's clock is read."""


@command("auth/create_account.sql")
class CreateAccount(ReturningOne[Account]):
    """Create an account and return it without its secrets.

    Raises Conflict when the provider has an account with this id already, whoever's, or for its own id, and
    MissingReference for the user.

    Better Auth signs in by password with the account of the provider "credential", whose `account_id` is the user's id.
    """

    account_id: Id
    """The user's id at the provider."""
    provider_id: Id
    user_id: Id
    id: Id = attrs.field(factory=new_id)
    access_token: LongText | None = attrs.field(default=None, repr=False)
    refresh_token: LongText | None = attrs.field(default=None, repr=False)
    id_token: LongText | None = attrs.field(default=None, repr=False)
    access_token_expires_at: datetime | None = None
    refresh_token_expires_at: datetime | None = None
    scope: str | None = None
    password: str | None = attrs.field(default=None, repr=False)
    """A hash: it is stored as it is given."""


@command("auth/change_account.sql")
class ChangeAccount(ReturningMaybe[Account]):
    """Change the given fields of an account. Returns it without its secrets, or None if there is no such row.

    Better Auth reads what is new at the next sign-in.
    """

    id: str
    access_token: LongText | UnsetType | None = attrs.field(default=UNSET, repr=False)
    refresh_token: LongText | UnsetType | None = attrs.field(default=UNSET, repr=False)
    id_token: LongText | UnsetType | None = attrs.field(default=UNSET, repr=False)
    access_token_expires_at: datetime | UnsetType | None = UNSET
    refresh_token_expires_at: datetime | UnsetType | None = UNSET
    scope: str | UnsetType | None = UNSET
    password: str | UnsetType | None = attrs.field(default=UNSET, repr=False)
    """A hash: it is stored as it is given."""


@command("shared/delete_items.sql", names={"items": "account", "key": "id"}, domain="auth")
class DeleteAccount(Affected):
    """Delete an account. Returns 1, or 0 if there is no such row. It may be the last way for its user to sign in.

    Better Auth no longer signs the user in by it.
    """

    id: str


@command("auth/put_verification.sql")
class PutVerification(ReturningOne[Verification]):
    """Replace all codes for an identifier, used and expired ones included, by this one, and return it.

    If several run at once, one code is left: the last. Raises Conflict for its id, and Refused as `too_many` if there
    are more than `limit` codes to replace: `DeleteVerification` deletes them in batches.

    Better Auth looks for the newest of an identifier, so that it finds this one alone. Of codes it reads a value as
    `123456:0`, with the number of wrong guesses, which `TryCode` reads too.
    """

    identifier: Secret = attrs.field(repr=False)
    value: str = attrs.field(repr=False)
    expires_at: datetime
    id: Id = attrs.field(factory=new_id)
    limit: BatchLimit = 10_000


@command("auth/use_verification.sql")
class UseVerification(ReturningOne[Verification]):
    """Mark the newest token for an identifier as used, if it has this value, and return it.

    It counts no guesses, so it is for tokens that nobody guesses, as `secrets.token_urlsafe()` makes them. `TryCode` is
    for codes of a few digits.

    Raises Refused as `invalid` if there is none for the identifier or it has another value (the error does not say
    which); as `already_used`, and as `expired`. If several call it at once, one succeeds. What there was for the
    identifier before it is deleted; Refused as `too_many`, if there is more than `limit`: `DeleteVerification` deletes
    in batches.

    The value is compared as it is stored: where Better Auth stores a hash, give `hashed(value)`. It expires as it is
    used, so that Better Auth, which does not look at `used_at`, refuses it too. Better Auth itself deletes what it
    uses: here it is `invalid` then.
    """

    identifier: str = attrs.field(repr=False)
    value: str = attrs.field(repr=False)
    now: datetime | None = None
    """The current time. By default, the database's clock is read."""
    limit: BatchLimit = 10_000


@command("auth/try_code.sql")
class TryCode(ReturningMaybe[Verification]):
    """Try a code for an identifier. Returns the verification if it is right, and None for any other reason.

    The verification is deleted when the code is right, so that of several callers at once one gets it, and with the
    last of so many `attempts`, or once it has expired or is used: then a new code is needed. A wrong guess is counted
    with the commit of this command: in a transaction that is rolled back it is not. A new code has new attempts, so
    limit how many an identifier is sent.

    The newest verification for the identifier counts. Its value is the code, or the code, a colon and the number of
    wrong guesses, which is written here and by Better Auth, for its codes by e-mail, by phone and of two factors. After
    the last colon, anything but a number of at most 9 digits belongs to the code. Codes are compared as they are
    stored: where Better Auth stores a hash, give `hashed(code)`.

    What there was for the identifier before it is deleted; Refused as `too_many`, if there is more than `limit`:
    `DeleteVerification` deletes in batches.
    """

    identifier: str = attrs.field(repr=False)
    code: Secret = attrs.field(repr=False)
    attempts: Attempts = 3
    """How many wrong guesses end it: 1 to 100. Better Auth's own are 3, and 5 of two factors."""
    now: datetime | None = None
    """The current time. By default, the database's clock is read."""
    limit: BatchLimit = 10_000


@command("shared/delete_owned.sql", names={"owned": "verification", "key": "identifier"}, domain="auth")
class DeleteVerification(Affected, Batched[int]):
    """Delete all codes for an identifier, used and expired ones included. Returns how many were deleted.

    Raises Refused as `too_many` when there are more than `limit`: `batches` deletes at most so many at once.

    Better Auth no longer finds any of them.
    """

    identifier: str = attrs.field(repr=False)
    limit: BatchLimit = 10_000
    in_batches: bool = False


@command("shared/delete_expired.sql", names={"items": "verification"}, domain="auth")
class DeleteExpiredVerifications(Affected, Batched[int]):
    """Delete at most `limit` verifications that have expired, the earliest first. Returns how many were deleted.

    Run it by `batches`. Rows that other transactions have locked are left for the next run.

    Better Auth takes them for expired already.
    """

    limit: Limit = 100
    now: datetime | None = None
    """The current time. By default, the database's clock is read."""


@command("auth/create_organization.sql")
class CreateOrganization(ReturningOne[Organization]):
    """Create an organization with its first owner and return it.

    Raises Conflict for its slug or id, or the id of the membership, and MissingReference for the user.

    Better Auth sees an organization like its own: its creator has the role `owner`.
    """

    name: str
    slug: Slug
    user_id: Id
    """The owner."""
    id: Id = attrs.field(factory=new_id)
    member_id: Id = attrs.field(factory=new_id)
    """The id of the owner's membership."""
    logo: Url | None = None
    metadata: LongText | None = None
    """JSON as a text, as Better Auth writes it. It is not checked."""


@command("auth/change_organization.sql")
class ChangeOrganization(ReturningMaybe[Organization]):
    """Change the given fields of an organization. Returns it, or None if there is no such row.

    Raises Conflict for its slug.

    Better Auth reads `metadata` as JSON, and fails on another text.
    """

    id: str
    name: str | UnsetType = UNSET
    slug: Slug | UnsetType = UNSET
    logo: Url | UnsetType | None = UNSET
    metadata: LongText | UnsetType | None = UNSET
    """JSON as a text, as Better Auth writes it. It is not checked."""


@command("auth/delete_organization.sql")
class DeleteOrganization(ReturningOne[DeletedOrganization], Batched[DeletedOrganization]):
    """Delete an organization with its members and invitations, for good; sessions no longer work for it.

    Returns the number of rows by table: zeros if there is no such organization.

    Raises Refused as `too_many` when `limit` rows of one table or more belong to it. `batches` takes
    so many at once, and the organization with the last of them, among which is an owner.

    Better Auth no longer finds any of it, nor does it take it for any session's active organization.

    Source: Concordia's documentation, section Cascading Deletes.
    """

    id: str
    limit: BatchLimit = 10_000
    in_batches: bool = False


@command("auth/add_member.sql")
class AddMember(ReturningOne[Member]):
    """Make a user a member of an organization and return the membership.

    Raises Conflict when they are a member already, or for the id, and MissingReference for the organization or the
    user.

    Better Auth takes the roles apart at their commas, and knows `owner`, `admin` and `member` if not told of others.
    """

    organization_id: Id
    user_id: Id
    id: Id = attrs.field(factory=new_id)
    role: Role = "member"
    """One role, or several separated by commas."""


@command("auth/change_member_role.sql")
class ChangeMemberRole(ReturningMaybe[Member]):
    """Change the role of a member. Returns the membership, or None if the user is not a member.

    Raises Refused as `last_owner` when no owner would be left; if two owners step down at once, one of them does.

    Better Auth asks for the role with each request, so that the new one counts at once.
    """

    organization_id: str
    user_id: str
    role: Role
    """One role, or several separated by commas: an owner is who has `owner` among them."""


@command("auth/remove_member.sql")
class RemoveMember(Affected):
    """Remove a member from an organization, or let them leave. Returns 1, or 0 if the user is not a member.

    Raises Refused as `last_owner` when no owner would be left; if two owners leave at once, one of them does. Sessions
    in which the user works for the organization stay as they are.

    Better Auth no longer takes the user for a member, also in such a session.
    """

    organization_id: str
    user_id: str
