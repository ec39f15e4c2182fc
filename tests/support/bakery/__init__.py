"""A package of somebody's own, with a database of its own: what a user of the engine writes."""

from collections.abc import Sequence
from pathlib import Path

import attrs

from concordia_sql import Affected, Library, Many, Maybe, One, ReturningOne, command, query

LIBRARY = Library(
    Path(__file__).parent / "sql",
    migrations=["package:tests.support.bakery:migrations", "package:concordia_sql.engine:migrations"],
)


@attrs.frozen
class User:
    id: str
    email: str
    nicknames: tuple[str, ...]


@attrs.frozen
class Loaf:
    id: str
    grain: str
    grains: tuple[str, ...]
    weights: tuple[int, ...] | None


@attrs.frozen
class Order:
    quantity: int
    customer: User


@attrs.frozen
class OrderedLoaf(Loaf):
    orders: tuple[Order, ...]


@attrs.frozen
class Count:
    orders: int


@query("auth/get_user.sql", library=LIBRARY)
class GetUser(Maybe[User]):
    """A user by e-mail, in any case."""

    email: str


@query("auth/list_users.sql", library=LIBRARY)
class ListUsers(Many[User]):
    """Users, by e-mail."""

    nicknames: Sequence[str] | None = None


@query("shop/get_loaf.sql", library=LIBRARY)
class GetLoaf(Maybe[OrderedLoaf]):
    """A loaf with its orders."""

    id: str


@query("shop/list_loaves.sql", library=LIBRARY)
class ListLoaves(Many[Loaf]):
    """Loaves, by id."""

    grain: str | None = None
    grains: Sequence[str] | None = None


@query("shop/count_orders.sql", library=LIBRARY)
class CountOrders(One[Count]):
    """How many orders there are."""


@command("shop/order_loaf.sql", library=LIBRARY)
class OrderLoaf(ReturningOne[Count]):
    """Order a loaf. Refused as `sold_out` when fewer are left."""

    loaf_id: str
    customer_id: str
    quantity: int


@command("shop/add_loaf.sql", library=LIBRARY)
class AddLoaf(Affected):
    """Add a loaf."""

    id: str
    grain: str
    grains: Sequence[str]
    weights: Sequence[int]
