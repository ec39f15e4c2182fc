"""What JSON holds as a text is the same text in a column of its own."""

from pathlib import Path
from types import new_class
from typing import Any

import attrs
import pytest

from concordia_sql import AsyncQuerier, Library, One, query
from tests.support.both import awaited_querier


@attrs.frozen
class Value:
    value: str
    all: tuple[str, ...]


@attrs.frozen
class Pair:
    value: str
    all: tuple[str, ...]
    nested: Value


VALUES = {
    "inet": ("192.168.0.1", "10.0.0.1/8", "::ffff:1.2.3.4"),
    "cidr": ("10.0.0.0/8", "2001:db8::/32"),
    "int4range": ("[1,3)", "empty", "(,)"),
    "int8range": ("[1,3)",),
    "numrange": ("(0.10,2.5]",),
    "daterange": ("[2026-01-01,infinity)",),
    "tsrange": ('["2026-01-01 10:00:00","2026-01-01 11:00:00")',),
    "tstzrange": ('["2026-01-01 10:00:00+00","2026-01-01 11:00:00+00")',),
    "int4multirange": ("{[1,3),[5,6)}",),
    "int8multirange": ("{}",),
    "nummultirange": ("{[1.0,3)}",),
    "datemultirange": ("{[2026-01-01,2026-01-03)}",),
    "tsmultirange": ('{["2026-01-01 10:00:00","2026-01-01 11:00:00")}',),
    "tstzmultirange": ('{["2026-01-01 10:00:00+00","2026-01-01 11:00:00+00")}',),
}


@pytest.mark.parametrize("mode", ["sync", "async"])
@pytest.mark.parametrize("kind", VALUES)
async def test_a_value_that_json_holds_as_text_is_text(
    connection: Any, async_connection: Any, tmp_path: Path, mode: str, kind: str
) -> None:
    querier: AsyncQuerier = awaited_querier(mode, async_connection if mode == "async" else connection)
    connection.execute("SET TimeZone = UTC")
    await async_connection.execute("SET TimeZone = UTC")
    path = tmp_path / "own" / "get.sql"
    path.parent.mkdir()
    for text in VALUES[kind]:
        pair = f"'{text}'::{kind} AS value, ARRAY['{text}'::{kind}] AS all"
        path.write_text(f"-- A value.\nSELECT {pair}, (SELECT to_json(v.*) FROM (SELECT {pair}) AS v) AS nested")
        made: Any = new_class("Get", (One[Pair],))
        asked = query("own/get.sql", library=Library(tmp_path))(made)()
        assert await querier.fetch(asked) == Pair(text, (text,), Value(text, (text,)))
