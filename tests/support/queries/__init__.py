"""Queries for the tests of what runs them."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import attrs

from concordia_sql import Affected, Library, Many, Maybe, One, ReturningMany, ReturningOne, command, query

TRIAL = Library(Path(__file__).parent)


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


@query("trial/get_number.sql", library=TRIAL)
class GetNumber(One[Number]):
    number: int


@query("trial/count_up.sql", library=TRIAL)
class CountUp(Many[Number]):
    last: int


@query("trial/sleep.sql", library=TRIAL)
class Sleep(Many[Slept]):
    seconds: float


@query("trial/echo.sql", library=TRIAL)
class Echo(One[Echoed]):
    number: int | None = None
    text: str | None = None
    texts: Sequence[str | None] | None = None
    numbers: Sequence[int] | None = None
    grid: Sequence[Sequence[str]] | None = None
    moment: datetime | None = None
    instant: datetime | None = None


@query("trial/get_thing.sql", library=TRIAL)
class GetThing(Maybe[Thing]):
    title: str


@query("trial/list_things.sql", library=TRIAL)
class ListThings(Many[Thing]):
    size: int | None = None
    above: int | None = None
    below: int | None = None


@query("trial/match_texts.sql", library=TRIAL)
class MatchTexts(Many[Matched]):
    number: int


@command("trial/add_thing.sql", library=TRIAL)
class AddThing(Affected):
    title: str
    size: int = 1


@command("trial/add_things.sql", library=TRIAL)
class AddThings(ReturningMany[Thing]):
    title: str
    size: int = 1


@command("trial/add_thing_slowly.sql", library=TRIAL)
class AddThingSlowly(Affected):
    title: str


@command("trial/swap_sizes.sql", library=TRIAL)
class SwapSizes(ReturningMany[Thing]):
    smaller: str
    larger: str
    least: int | None = None


@command("trial/add_guest.sql", library=TRIAL)
class AddGuest(Affected):
    title: str
    name: str


@command("trial/resize_thing.sql", library=TRIAL)
class ResizeThing(ReturningOne[Thing]):
    title: str
    size: int


@attrs.frozen(kw_only=True)
class NewThing:
    title: str
    size: int = 1


@command("trial/add_all.sql", library=TRIAL)
class AddAll(Affected):
    things: Sequence[NewThing]


@query("trial/forget.sql", library=TRIAL)
class Forget(One[Number]):
    pass


@query("trial/get_thing.sql", library=TRIAL)
class FindThing(One[Thing]):
    title: str


@query("trial/list_things.sql", library=TRIAL)
class SoleThing(Maybe[Thing]):
    size: int | None = None
    above: int | None = None
    below: int | None = None


@query("trial/get_isolation.sql", library=TRIAL)
class GetIsolation(One[Matched]):
    pass


@query("trial/lock_thing.sql", library=TRIAL)
class LockThing(Maybe[Thing]):
    title: str


@query("trial/read_slowly.sql", library=TRIAL)
class ReadSlowly(One[Number]):
    seconds: float
