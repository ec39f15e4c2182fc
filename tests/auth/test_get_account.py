from concordia_sql import Querier, auth
from tests.auth.expected import Connection, user
from tests.support.reading import made, rows
from tests.support.rows import insert

SECRETS = ("access_token", "refresh_token", "id_token", "password")


def test_every_account_comes_with_its_user(sample: Connection) -> None:
    querier = Querier(sample)
    for row in rows(sample, "account"):
        query = auth.GetAccount(provider_id=row["provider_id"], account_id=row["account_id"])
        assert querier.fetch(query) == made(auth.AccountDetails, row, user=user(sample, row["user_id"]))


def test_an_id_counts_at_its_own_provider(connection: Connection) -> None:
    user_id = insert(connection, "user")["id"]
    google, github = (
        insert(connection, "account", {"user_id": user_id, "account_id": "7", "provider_id": provider})
        for provider in ("google", "github")
    )
    querier = Querier(connection)
    for row in (google, github):
        found = querier.fetch(auth.GetAccount(provider_id=row["provider_id"], account_id="7"))
        assert found is not None
        assert found.id == row["id"]
    assert querier.fetch(auth.GetAccount(provider_id="credential", account_id="7")) is None
    assert querier.fetch(auth.GetAccount(provider_id="google", account_id="8")) is None


def test_secrets_are_read_only_when_named_and_never_shown(sample: Connection) -> None:
    querier = Querier(sample)
    for row in rows(sample, "account"):
        query = auth.GetAccount(provider_id=row["provider_id"], account_id=row["account_id"])
        assert not [name for name in SECRETS if f"account.{name}," in query.compose().text]
        found = querier.fetch(query.into(auth.AccountSecrets))
        assert found == made(auth.AccountSecrets, row)
        assert not [name for name in SECRETS if row[name] and row[name] in repr(found)]
