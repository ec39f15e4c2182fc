"""Commands at random, one after another, against a model of them: all tables, results and errors, after each."""

import contextlib
import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any, cast

import attrs
import psycopg
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from psycopg.rows import dict_row
from psycopg.sql import SQL, Identifier
from psycopg.types.json import set_json_loads

from concordia_sql import Command, ConcordiaError, Conflict, MissingReference, Querier, Refused
from tests.support import writes
from tests.support.model import A_DAY_AGO, NOW, TABLES, Model, Rejected, Row, Tables
from tests.support.random_commands import Maker, start
from tests.support.rows import insert
from tests.support.rules import ACCOUNTS, BLOG, COMMANDS, SERVICES, foresee, plain

JSON_NULL = object()
"""What is read for JSON's null, which is not NULL."""

seeds = st.integers(0, 2**32)


class Commands(RuleBasedStateMachine):
    """Runs commands by the library, and on the model. The witness is another connection: it sees what is committed."""

    def __init__(self, querier: Querier, witness: psycopg.Connection[Any]) -> None:
        super().__init__()
        self.querier, self.witness, self.model = querier, witness, Model()
        self.latest, self.seeds = datetime(1, 1, 1), ""
        witness.execute(SQL("TRUNCATE {}").format(SQL(", ").join(map(Identifier, TABLES))))

    @initialize()
    def start(self) -> None:
        self.check(*start())

    @rule(seed=seeds)
    def execute_one_of_the_blog(self, seed: int) -> None:
        self.check(self.maker(seed).any_command(BLOG))

    @rule(seed=seeds)
    def execute_one_of_accounts(self, seed: int) -> None:
        self.check(self.maker(seed).any_command(ACCOUNTS))

    @rule(seed=seeds)
    def execute_one_of_services(self, seed: int) -> None:
        self.check(self.maker(seed).any_command(SERVICES))

    @rule(seed=seeds)
    def execute_both_or_none(self, seed: int) -> None:
        self.check(self.maker(seed).any_command(COMMANDS), self.maker(seed).any_command(COMMANDS))

    @rule(seed=seeds)
    def only_try(self, seed: int) -> None:
        self.check(self.maker(seed).any_command(COMMANDS), is_dry=True)

    @rule(seed=seeds)
    def another_writer_inserts(self, seed: int) -> None:
        """What no command makes, if the database takes it."""
        table, values = self.maker(seed).any_row()
        with contextlib.suppress(psycopg.IntegrityError):
            row = insert(self.witness, table, values)
            self.model.tables[table][(row["id"],)] = row
            note(f"{table} {values}")

    def maker(self, seed: int) -> Maker:
        """By all seeds up to now, as Hypothesis likes to draw the same ones again."""
        self.seeds += f" {seed}"
        return Maker(Random(self.seeds), self.model)

    def check(self, *commands: Command[Any], is_dry: bool = False) -> None:
        """Run commands, all or nothing, and compare what comes of it with what the model makes of them."""
        note(" ".join(repr(command) for command in commands).replace("=UNSET", ""))
        after, expected = foresee(self.model, commands)
        found = self.run(commands, is_dry)
        tables = read_tables(self.witness)
        if is_dry:
            after = self.model
        if isinstance(expected, Rejected):
            after = self.model
            assert isinstance(found, expected.error), found
            # Of which command of a batch the row is, an error does not say.
            until = -1 if commands[1:] and isinstance(found, Conflict | MissingReference) else None
            assert details(found)[:until] in [each[:until] for each in expected.details]
            results = []
        else:
            assert not isinstance(found, Exception), found
            results = [pair for each in map(comparable, expected, found) for pair in each]
        self.settle([*results, *written(after.tables, tables)])
        assert [row for row, _ in results] == [row for _, row in results]
        assert differences(after.tables, tables) == []
        self.model = after

    def run(self, commands: Sequence[Command[Any]], is_dry: bool) -> Sequence[Any] | ConcordiaError:
        """What came back, or was raised."""
        try:
            if is_dry:
                return [self.querier.dry_run(command) for command in commands]
            return self.querier.execute_batch(*commands) if commands[1:] else [self.querier.execute(commands[0])]
        except ConcordiaError as error:
            return error

    def settle(self, pairs: Sequence[tuple[Row, Row]]) -> None:
        """Put the times of the statements where the model has NOW. They are later than all before."""
        begun = self.latest
        for row, found in pairs:
            for name in [name for name in row if row[name] in (NOW, A_DAY_AGO) and found.get(name)]:
                moment = found[name] + (timedelta(days=1) if row[name] == A_DAY_AGO else timedelta())
                assert begun < moment < NOW
                self.latest = max(self.latest, moment)
                row[name] = found[name]


def written(expected: Tables, found: Tables) -> list[tuple[Row, Row]]:
    """The rows of the model that are new or changed, each with the one found."""
    return [
        (row, found[table].get(key, {}))
        for table, rows in expected.items()
        for key, row in rows.items()
        if NOW in row.values() or A_DAY_AGO in row.values()
    ]


def differences(expected: Tables, found: Tables) -> list[tuple[object, ...]]:
    """Each row that is not as expected: its table and key, and by column what it has and was to have."""
    rows = [
        (table, key, found[table].get(key, {}), expected[table].get(key, {}))
        for table in TABLES
        for key in expected[table].keys() | found[table].keys()
    ]
    return [
        (
            table,
            key,
            {name: (row.get(name), other.get(name)) for name in row | other if row.get(name) != other.get(name)},
        )
        for table, key, row, other in rows
        if row != other
    ]


def comparable(expected: Any, found: Any) -> list[tuple[Row, Row]]:
    """What comes back as rows: those of the model, and those found, which may have fewer columns."""
    if isinstance(found, list):
        assert len(expected) == len(found)
        return [pair for pairs in map(comparable, expected, found) for pair in pairs]
    if expected is None or not attrs.has(type(found)):
        return [({"": expected}, {"": found})]
    row = plain(attrs.asdict(found, recurse=False))
    if isinstance(expected, Counter):
        return [({**dict.fromkeys(row, 0), **expected}, row)]
    return [({name: expected[name] for name in row}, row)]


def details(error: Exception) -> tuple[object, ...]:
    """What an error says of the rows."""
    if isinstance(error, Refused):
        return error.reason, error.found
    if isinstance(error, Conflict):
        return error.columns, error.deleted, error.row
    return (error.columns, error.row) if isinstance(error, MissingReference) else ()


def read_tables(connection: psycopg.Connection[Any]) -> Tables:
    """Every row of every table, in one round trip."""
    with connection.pipeline():
        cursors = {
            table: connection.cursor(row_factory=dict_row).execute(SQL("SELECT * FROM {}").format(Identifier(table)))
            for table in TABLES
        }
    return {
        table: {tuple(row[name] for name in TABLES[table].key): row for row in cursor}
        for table, cursor in cursors.items()
    }


def test_commands_do_what_the_model_of_them_does(connection: psycopg.Connection[Any], database_url: str) -> None:
    steps = settings(
        max_examples=40,
        stateful_step_count=100,
        deadline=None,
        phases=[Phase.generate],  # add Phase.shrink, which takes minutes, for the fewest steps that fail
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    with psycopg.connect(database_url, autocommit=True, options="-c TimeZone=UTC") as witness:
        set_json_loads(lambda text: JSON_NULL if (value := json.loads(text)) is None else value, witness)
        assert writes.read_tables(witness).keys() == TABLES.keys()
        machine = partial(Commands, Querier(connection), witness)
        run_state_machine_as_test(cast("type[Commands]", machine), settings=steps)
