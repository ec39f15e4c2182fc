"""What the queries of accounts are to give, read table by table."""

from datetime import UTC, datetime
from typing import TypeVar

import psycopg
from psycopg.rows import TupleRow

from concordia_sql import auth
from tests.support.reading import Row, made, newest_first, oldest_first, row_or_none, rows

T = TypeVar("T")
Connection = psycopg.Connection[TupleRow]


def past(moment: datetime) -> bool:
    """By the clock of this machine: the rows of the tests are hours away from now."""
    return moment <= datetime.now(UTC).replace(tzinfo=None)


def user(connection: Connection, user_id: str) -> auth.User | None:
    return _made(auth.User, row_or_none(connection, "user", id=user_id))


def public_user(connection: Connection, user_id: str) -> auth.PublicUser | None:
    return _made(auth.PublicUser, row_or_none(connection, "user", id=user_id))


def member_user(connection: Connection, user_id: str) -> auth.MemberUser | None:
    return _made(auth.MemberUser, row_or_none(connection, "user", id=user_id))


def organization(connection: Connection, organization_id: str | None) -> auth.Organization | None:
    return _made(auth.Organization, row_or_none(connection, "organization", id=organization_id))


def _made(cls: type[T], row: Row | None) -> T | None:
    return None if row is None else made(cls, row)


def user_details(connection: Connection, row: Row) -> auth.UserDetails:
    profile = row_or_none(connection, "profile", user_id=row["id"])
    sessions = newest_first(rows(connection, "session", user_id=row["id"]))
    accounts = oldest_first(rows(connection, "account", user_id=row["id"]))
    memberships = oldest_first(rows(connection, "member", user_id=row["id"]))
    invitations = newest_first(rows(connection, "invitation", inviter_id=row["id"]))
    return made(
        auth.UserDetails,
        row,
        sessions=tuple(made(auth.Session, session) for session in sessions),
        session_count=len(sessions),
        accounts=tuple(made(auth.Account, account) for account in accounts),
        account_count=len(accounts),
        members=tuple(
            made(auth.Membership, member, organization=organization(connection, member["organization_id"]))
            for member in memberships
        ),
        member_count=len(memberships),
        invitations=tuple(
            made(auth.SentInvitation, sent, organization=organization(connection, sent["organization_id"]))
            for sent in invitations
        ),
        invitation_count=len(invitations),
        profile=_made(auth.Profile, profile),
    )


def organization_details(connection: Connection, row: Row) -> auth.OrganizationDetails:
    members = oldest_first(rows(connection, "member", organization_id=row["id"]))
    invitations = newest_first(rows(connection, "invitation", organization_id=row["id"]))
    return made(
        auth.OrganizationDetails,
        row,
        members=tuple(
            made(auth.OrganizationMember, member, user=member_user(connection, member["user_id"])) for member in members
        ),
        member_count=len(members),
        invitation_count=len(invitations),
        invitations=tuple(
            made(auth.OrganizationInvitation, sent, inviter=member_user(connection, sent["inviter_id"]))
            for sent in invitations
        ),
    )


def session_details(connection: Connection, row: Row) -> auth.SessionDetails:
    return made(
        auth.SessionDetails,
        row,
        expired=past(row["expires_at"]),
        user=user(connection, row["user_id"]),
        active_organization=organization(connection, row["active_organization_id"])
        if rows(connection, "member", organization_id=row["active_organization_id"], user_id=row["user_id"])
        else None,
    )


def member_details(connection: Connection, row: Row) -> auth.MemberDetails:
    return made(
        auth.MemberDetails,
        row,
        organization=organization(connection, row["organization_id"]),
        user=member_user(connection, row["user_id"]),
    )


def invitation_details(connection: Connection, row: Row) -> auth.InvitationDetails:
    return made(
        auth.InvitationDetails,
        row,
        organization=organization(connection, row["organization_id"]),
        inviter=member_user(connection, row["inviter_id"]),
        open=is_open(row),
    )


def is_open(invitation: Row) -> bool:
    return invitation["status"] == "pending" and not past(invitation["expires_at"])


def members(connection: Connection, organization_id: str, role: str | None = None) -> list[Row]:
    """The rows that `ListMembers` is to give."""
    found = rows(connection, "member", organization_id=organization_id)
    return oldest_first([row for row in found if role is None or role in row["role"].split(",")])


def _lower(email: str) -> str:
    return "".join(letter.lower() if letter.isascii() else letter for letter in email)


def invitations(
    connection: Connection,
    email: str | None = None,
    organization_id: str | None = None,
    inviter_id: str | None = None,
    status: str | None = None,
    *,
    open: bool | None = None,  # noqa: A002 - as the query has it
) -> list[Row]:
    """The rows that `ListInvitations` is to give."""
    found = rows(connection, "invitation")
    filters = {"organization_id": organization_id, "inviter_id": inviter_id, "status": status}
    for name, value in filters.items():
        found = [row for row in found if value in (None, row[name])]
    if email is not None:
        found = [row for row in found if _lower(row["email"]) == _lower(email)]
    return newest_first([row for row in found if open in (None, is_open(row))])


def users(
    connection: Connection, role: str | None = None, text: str | None = None, *, banned: bool | None = None
) -> list[Row]:
    """The rows that `ListUsers` is to give."""
    found = rows(connection, "user")
    if role is not None:
        found = [row for row in found if row["role"] is not None and role in row["role"].split(",")]
    if text is not None:
        found = [row for row in found if any(text.lower() in row[name].lower() for name in ("name", "email"))]
    return newest_first([row for row in found if banned in (None, bool(row["banned"]))])
