"""The indexes that the headers promise, where only one will do: the sample is too small to choose between two."""

from typing import Any

import psycopg
import pytest

from concordia_sql import Query, auth, profile
from tests.support.plans import used_indexes

USER = {
    "session_user_newest_idx",
    "account_user_oldest_idx",
    "member_user_oldest_idx",
    "invitation_inviter_newest_idx",
    "organization_pkey",
    "profile_user_id_unique",
}
ORGANIZATION = {"member_organization_oldest_idx", "invitation_organization_newest_idx", "user_pkey"}
ORGANIZATION_GOES = {"organization_pkey", "session_active_organization_idx"}
BOTH = {"organization_pkey", "user_pkey"}
GOING = {"session_pkey", "account_pkey", "member_pkey", "invitation_pkey"}
"""The rows of a batch are found by their ids."""
ON_ONE_KEY = {
    "session_userId_idx": "session_user_newest_idx",
    "session_user_idx": "session_user_newest_idx",
    "account_userId_idx": "account_user_oldest_idx",
    "member_userId_idx": "member_user_oldest_idx",
    "member_organizationId_idx": "member_organization_oldest_idx",
    "invitation_organizationId_idx": "invitation_organization_newest_idx",
}
"""Indexes that begin with the same column: a batch, which reads in the order of that column, is served by either."""


@pytest.mark.parametrize(
    ("query", "indexes"),
    [
        (auth.GetUser(id=""), {"user_pkey"} | USER),
        (auth.GetUserByEmail(email=""), {"user_email_unique"} | USER),
        (auth.GetUserByUsername(username=""), {"user_username_unique"} | USER),
        (auth.ListUsers(banned=True), {"user_banned_newest_idx"}),
        (auth.CountUsers(role=""), {"user_role_newest_idx", "user_banned_newest_idx", "user_pkey"}),
        (auth.GetSession(token=""), {"session_token_unique", "member_organization_id_user_id_key"} | BOTH),
        (auth.ListSessions(user_id="", expired=False), {"session_user_newest_idx"}),
        (auth.CountSessions(user_id="", expired=False), {"session_user_idx"}),
        (auth.GetAccount(provider_id="", account_id=""), {"account_provider_id_account_id_key", "user_pkey"}),
        (auth.ListAccounts(user_id=""), {"account_user_oldest_idx"}),
        (auth.CountAccounts(user_id=""), {"account_user_oldest_idx"}),
        (auth.GetOrganization(id=""), {"organization_pkey"} | ORGANIZATION),
        (auth.GetOrganizationBySlug(slug=""), {"organization_slug_unique"} | ORGANIZATION),
        (auth.ListMembers(organization_id="", role=""), {"member_organization_oldest_idx", "user_pkey"}),
        (auth.CountMembers(organization_id="", role=""), {"member_organization_oldest_idx"}),
        (auth.GetInvitation(id=""), {"invitation_pkey"} | BOTH),
        (auth.ListInvitations(status="pending", open=True), {"invitation_status_newest_idx"} | BOTH),
        (auth.CountInvitations(email=""), {"invitation_email_newest_idx"}),
        (auth.CountInvitations(organization_id="", open=True), {"invitation_organization_newest_idx"}),
        (auth.CountInvitations(inviter_id="", status="pending"), {"invitation_inviter_newest_idx"}),
        (auth.GetVerification(identifier=""), {"verification_identifier_idx"}),
    ],
    ids=lambda value: " ".join(sorted(value)) if isinstance(value, set) else repr(value),
)
def test_each_statement_is_served_by_its_indexes(
    sample: psycopg.Connection[Any], query: Query[Any], indexes: set[str]
) -> None:
    assert used_indexes(sample, query) == indexes


def test_a_membership_is_found_by_its_user_or_by_both(sample: psycopg.Connection[Any]) -> None:
    """For a user with few memberships, one index is as good as the other."""
    (index,) = used_indexes(sample, auth.GetMember(organization_id="", user_id="")) - BOTH
    assert index in {"member_organization_id_user_id_key", "member_user_oldest_idx"}


@pytest.mark.parametrize(
    ("command", "indexes"),
    [
        (auth.DeleteUser(id=""), USER - {"organization_pkey"} | {"user_pkey"} | GOING),
        (auth.DeleteUserSessions(user_id="", kept_id=""), {"session_pkey", "session_user_newest_idx"}),
        (auth.UseVerification(identifier="", value=""), {"verification_pkey", "verification_identifier_idx"}),
        (auth.TryCode(identifier="", code="1"), {"verification_pkey", "verification_identifier_idx"}),
        (auth.DeleteVerification(identifier=""), {"verification_pkey", "verification_identifier_idx"}),
        (auth.DeleteOrganization(id=""), ORGANIZATION - {"user_pkey"} | ORGANIZATION_GOES | GOING - {"account_pkey"}),
        (auth.AcceptInvitation(id="", user_id="user-1"), {"invitation_pkey", "organization_pkey", "user_pkey"}),
        (profile.ChangeProfile(user_id=""), {"profile_user_id_unique"}),
        (profile.DeleteProfile(user_id=""), {"profile_user_id_unique"}),
    ],
    ids=lambda value: " ".join(sorted(value)) if isinstance(value, set) else value.query_name,
)
def test_each_command_is_served_by_its_indexes(
    sample: psycopg.Connection[Any], command: Query[Any], indexes: set[str]
) -> None:
    """Among what it uses are the tables that it writes."""
    used = {ON_ONE_KEY.get(name, name) for name in used_indexes(sample, command)}
    assert {name for name in used if name.endswith(("_idx", "_key", "_pkey", "_unique"))} == indexes
