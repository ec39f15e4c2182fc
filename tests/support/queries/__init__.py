"""Queries for the tests of what runs them."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import attrs

from concordia_sql import Affected, Many, Maybe, One, command, query

TRIAL = Path(__file__).parent / "trial"


@attrs.frozen
class Number:
    number: int


@attrs.frozen
class Slept:
    slept: str


@attrs.frozen
class Echoed:
    number: int | None
    text: str | None
    texts: tuple[str | None, ...] | None
    numbers: tuple[int, ...] | None
    grid: tuple[tuple[str, ...], ...] | None
    moment: datetime | None
    instant: str | None


NOTHING = Echoed(number=None, text=None, texts=None, numbers=None, grid=None, moment=None, instant=None)


@attrs.frozen
class Thing:
    title: str
    size: int


@attrs.frozen
class Matched:
    text: str


@query(TRIAL / "get_number.sql")
class GetNumber(One[Number]):
    number: int


@query(TRIAL / "count_up.sql")
class CountUp(Many[Number]):
    last: int


@query(TRIAL / "sleep.sql")
class Sleep(Many[Slept]):
    seconds: float


@query(TRIAL / "echo.sql")
class Echo(One[Echoed]):
    number: int | None = None
    text: str | None = None
    texts: Sequence[str | None] | None = None
    numbers: Sequence[int] | None = None
    grid: Sequence[Sequence[str]] | None = None
    moment: datetime | None = None
    instant: datetime | None = None


@query(TRIAL / "get_thing.sql")
class GetThing(Maybe[Thing]):
    title: str


@query(TRIAL / "list_things.sql")
class ListThings(Many[Thing]):
    size: int | None = None
    above: int | None = None
    below: int | None = None


@query(TRIAL / "match_texts.sql")
class MatchTexts(Many[Matched]):
    number: int


@command(TRIAL / "add_thing.sql")
class AddThing(Affected):
    title: str
    size: int = 1


@command(TRIAL / "add_things.sql")
class AddThings(Many[Thing]):
    title: str
    size: int = 1


@command(TRIAL / "add_thing_slowly.sql")
class AddThingSlowly(Affected):
    title: str


@command(TRIAL / "swap_sizes.sql")
class SwapSizes(Many[Thing]):
    smaller: str
    larger: str
    least: int | None = None


@command(TRIAL / "add_guest.sql")
class AddGuest(Affected):
    title: str
    name: str


@command(TRIAL / "resize_thing.sql")
class ResizeThing(One[Thing]):
    title: str
    size: int


@attrs.frozen(kw_only=True)
class NewThing:
    title: str
    size: int = 1


@command(TRIAL / "add_all.sql")
class AddAll(Affected):
    things: Sequence[NewThing]


@query(TRIAL / "forget.sql")
class Forget(One[Number]):
    pass


@query(TRIAL / "get_thing.sql")
class FindThing(One[Thing]):
    title: str


@query(TRIAL / "list_things.sql")
class SoleThing(Maybe[Thing]):
    size: int | None = None
    above: int | None = None
    below: int | None = None
