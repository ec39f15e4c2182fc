"""The sample's accounts: users with their sessions, organizations and profiles."""

from collections.abc import Mapping
from datetime import timedelta
from random import Random

from concordia_sql.tools.sample.block import NEVER, NOW, Kind, Rows, Table, or_null, past, stamps
from concordia_sql.tools.sample.texts import LANGUAGES, PLACES, REGION, full_name, sentence, to_json

USER = Kind("user", 40)
SESSION = Kind("session", 50)
ACCOUNT = Kind("account", 60)
VERIFICATION = Kind("verification", 9)
ORGANIZATION = Kind("organization", 6)
MEMBER = Kind("member", 30)
INVITATION = Kind("invitation", 12, is_uuid=True)
PROFILE = Kind("profile", 40)

GONE = "gone"
"""The id of a user and an organization that nothing enforces and nobody finds."""


def user(block: int, random: Random) -> Rows:
    """Users; every tenth is banned, most for good."""
    for i in range(USER.per_block):
        key = USER.id(block, i)
        is_banned = i % 10 == 8
        yield {
            "id": key,
            "name": full_name(i, LANGUAGES[i // 10]),
            "email": f"{key}@concordia.example",
            "email_verified": i % 3 != 1,
            "image": or_null(f"https://images.example/{key}.jpg", i, 3),
            "username": or_null(key.replace("-", ""), i, 5),
            "display_username": or_null(key.title(), i, 5),
            "role": or_null("admin" if i % 20 == 1 else "user", i, 7),
            "banned": or_null(is_banned, i, 10),
            "ban_reason": "Unwanted advertising" if is_banned else None,
            "ban_expires": NEVER if i == 18 else None,
            **stamps(random),
        }


def session(block: int, random: Random) -> Rows:
    """No to two sessions a user, four of the first user's; every fourth has expired."""
    owners = [i for i in range(USER.per_block) for _ in range(i % 3 if i else 4)]
    for n, owner in enumerate(owners):
        created_at = past(random)
        yield {
            "id": SESSION.id(block, n),
            "expires_at": created_at + timedelta(days=7) if n % 4 == 3 else NEVER,
            "token": f"{random.getrandbits(160):040x}",
            "ip_address": or_null(f"192.0.2.{n}", n, 6),
            "user_agent": or_null("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0", n, 8),
            "user_id": USER.id(block, owner),
            "active_organization_id": [ORGANIZATION.id(block, 0), None, GONE][n % 3],
            "impersonated_by": USER.id(block, 1) if n % 8 == 7 else None,
            "created_at": created_at,
            "updated_at": created_at + timedelta(hours=n),
        }


def account(block: int, random: Random) -> Rows:
    """A password for most users, Google for every other; every fourth user has no account."""
    owners = [(i, "credential") for i in range(USER.per_block) if i % 4 != 3]
    owners += [(i, "google") for i in range(0, USER.per_block, 2)]
    for n, (owner, provider) in enumerate(owners):
        is_password = provider == "credential"
        user_id = USER.id(block, owner)
        yield {
            "id": ACCOUNT.id(block, n),
            "account_id": user_id if is_password else f"1{USER.number(block, owner):020}",
            "provider_id": provider,
            "user_id": user_id,
            "access_token": None if is_password else f"ya29.{random.getrandbits(160):040x}",
            "refresh_token": None if is_password else f"1//{random.getrandbits(160):040x}",
            "id_token": None if is_password else f"eyJ.{random.getrandbits(160):040x}",
            "access_token_expires_at": None if is_password else NOW + timedelta(hours=1),
            "refresh_token_expires_at": None if is_password else NEVER,
            "scope": None if is_password else "openid email profile",
            "password": f"scrypt:{random.getrandbits(160):040x}" if is_password else None,
            **stamps(random),
        }


def verification(block: int, random: Random) -> Rows:
    """Codes sent by mail: used, expired and open ones."""
    for n in range(VERIFICATION.per_block):
        created_at = past(random)
        yield {
            "id": VERIFICATION.id(block, n),
            "identifier": f"{USER.id(block, n)}@concordia.example",
            "value": f"{random.randrange(1_000_000):06}",
            "expires_at": NEVER if n % 3 == 2 else created_at + timedelta(minutes=10),
            "used_at": created_at + timedelta(minutes=2) if n % 3 == 0 else None,
            "created_at": created_at,
            "updated_at": created_at,
        }


def organization(block: int, random: Random) -> Rows:
    """Organizations; the last two have no members."""
    for i in range(ORGANIZATION.per_block):
        key = ORGANIZATION.id(block, i)
        yield {
            "id": key,
            "name": f"Atelier {PLACES[i % len(PLACES)]['fr']}",
            "slug": key,
            "logo": or_null(f"https://images.example/{key}.svg", i, 3),
            "created_at": past(random),
            "metadata": or_null(to_json({"plan": "team", "seats": 5 + i}), i, 2),
        }


def member(block: int, random: Random) -> Rows:
    """The first user is in three organizations, other users in one or none."""
    memberships = [(0, 0), (1, 0), (2, 0)] + [(i % 4, i) for i in range(1, 25)]
    for n, (organization_index, user_index) in enumerate(memberships):
        yield {
            "id": MEMBER.id(block, n),
            "organization_id": ORGANIZATION.id(block, organization_index),
            "user_id": USER.id(block, user_index),
            "role": ["owner", "member", "admin", "member"][n % 4],
            "created_at": past(random),
        }


def invitation(block: int, random: Random) -> Rows:
    """Invitations in every status, the first three by the first user; every third has expired."""
    for n in range(INVITATION.per_block):
        created_at = past(random)
        guest = f"{USER.id(block, n + 25)}@concordia.example"
        yield {
            "id": INVITATION.id(block, n),
            "organization_id": ORGANIZATION.id(block, n % 4),
            "email": guest.upper() if n == 5 else guest,
            "role": or_null("member", n, 4),
            "status": ["pending", "accepted", "rejected", "canceled"][n % 4],
            "expires_at": created_at + timedelta(days=2) if n % 3 == 2 else NEVER,
            "created_at": created_at,
            "inviter_id": USER.id(block, 0 if n < 3 else n),
        }


def profile(block: int, random: Random) -> Rows:
    """A profile for most users; every eighth has none."""
    for i in range(USER.per_block):
        if i % 8 == 7:
            continue
        language = [*LANGUAGES, REGION][i % 5]
        key = USER.id(block, i)
        yield {
            "id": PROFILE.id(block, i),
            "user_id": key,
            "username": or_null(key.replace("-", ""), i, 5),
            "full_name": or_null(full_name(i, LANGUAGES[i // 10]), i, 6),
            "bio": or_null(sentence(language, random), i, 4),
            "avatar_url": or_null(f"https://images.example/{key}.jpg", i, 3),
            "location": or_null(PLACES[i % len(PLACES)][language], i, 7),
            "website": or_null(f"https://{key}.example", i, 2),
            "preferred_language": or_null(language, i, 9),
            **stamps(random),
        }


TABLES: Mapping[str, Table] = {
    "user": user,
    "session": session,
    "account": account,
    "verification": verification,
    "organization": organization,
    "member": member,
    "invitation": invitation,
    "profile": profile,
}
