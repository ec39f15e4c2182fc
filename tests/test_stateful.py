"""Commands at random, one after another, against a model of them: all tables, results and errors, after each."""

import contextlib
import json
import types
import typing
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any, cast

import attrs
import psycopg
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from msgspec import UnsetType
from psycopg.rows import dict_row
from psycopg.sql import SQL, Identifier
from psycopg.types.json import set_json_loads

from concordia_sql import (
    ConcordiaError,
    Conflict,
    MissingReference,
    NotFound,
    Querier,
    Query,
    Refused,
    auth,
    blog,
    profile,
    services,
)
from tests import writes
from tests.model import NOW, TABLES, Model, Rejected, Row, Tables
from tests.rows import insert
from tests.rules import ACCOUNTS, BLOG, COMMANDS, PARTS, SERVICES, foresee, plain

JSON_NULL = object()
"""What is read for JSON's null, which is not NULL."""

MANY = {"blog_comments": 6, "services_reviews": 6}
"""How many ids there are in a table: 4, if not here."""
IDS = {"user_id": "user", "member_id": "member", "kept_id": "session", "author_ids": "blog_authors"}
IDS |= {"category_ids": "blog_categories"}
"""The table of an id that is no column of the command's own table."""
CHOICES: dict[str, Sequence[object]] = {
    "slug": ["a", "b", "c", "d"],
    "email": ["ann@example.com", "Ann@example.com", "bob@example.com", "سارة@example.com"],
    "username": ["ann", "bob", "سارة"],
    "token": ["t", "u", "v", "w"],
    "provider_id": ["credential", "github"],
    "account_id": ["1", "2"],
    "identifier": ["i", "j"],
    "value": ["1", "2"],
    "role": ["owner", "member", "admin,owner"],
    "in_language": ["fr", "ar"],
    "start_time": ["09:00", "10:00"],
    "end_time": ["11:00", "12:00"],
}
MOMENTS = [datetime(2000, 1, 1), datetime(2100, 1, 1)]
"""The past and the future."""
DISTINCT = {blog.ModerateComments, services.ModerateReviews}
"""Commands that say nothing of a row that is given twice."""


def ids(table: str) -> list[str]:
    return [f"{table}-{number}" for number in range(MANY.get(table, 4))]


def choices(table: str, name: str, hint: Any) -> list[object]:
    """Values of a field: few, so that commands meet."""
    nothing = [None] if type(None) in typing.get_args(hint) else []
    references = TABLES[table].references
    if name == "id":
        return [*ids(table)]
    if name in references or name in IDS:
        return [*ids(references[name].table if name in references else IDS[name]), *nothing]
    return [*CHOICES.get(name, []), *nothing] if name in CHOICES else _fitting(hint)


def _fitting(hint: Any) -> list[object]:
    """Values of any type: of each of those of a union."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    plain: dict[object, list[object]] = {
        bool: [True, False],
        datetime: [*MOMENTS],
        dict: [{"fr": "Bonjour", "ar": "مرحبا", "en": None}, {}],
        int: [1, 2, 5],
        str: ["text", "نص 🎉"],
        tuple: [("un", "deux"), ()],
        type(None): [None],
        UnsetType: [],
    }
    if origin is typing.Literal:
        return [*arguments]
    if origin is typing.Annotated:
        return _fitting(arguments[0])
    if origin in (types.UnionType, typing.Union):
        return [value for each in arguments for value in _fitting(each)]
    return plain[origin or hint]


@st.composite
def made(draw: st.DrawFn, cls: Any, table: str) -> Any:
    """An object of the class: what it must have, what refers to others, and some of the rest."""
    hints = typing.get_type_hints(cls, include_extras=True)
    fields = {field.name: field for field in attrs.fields(cls)}
    needed = [name for name, field in fields.items() if field.default is attrs.NOTHING or _matters(table, name, field)]
    spare = [name for name in fields if name not in needed]
    keys = {name for key in TABLES[table].unique for name in key}
    needed += [name for name in spare if name in keys and draw(st.booleans())]
    spare = [name for name in spare if name not in needed]
    names = needed + (draw(st.lists(st.sampled_from(spare), max_size=3, unique=True)) if spare else [])
    values = {name: draw(_value(cls, table, name, hints[name])) for name in names}
    return cls(**values)


def _matters(table: str, name: str, field: "attrs.Attribute[Any]") -> bool:
    return name in ("id", *IDS) or field.default == () or (field.default is None and name in TABLES[table].references)


def _value(cls: Any, table: str, name: str, hint: Any) -> st.SearchStrategy[Any]:
    if typing.get_origin(hint) is not Sequence:
        return st.sampled_from(choices(table, name, hint))
    (item,) = typing.get_args(hint)
    if item is str:
        return st.lists(st.sampled_from(ids(IDS[name])), max_size=3)
    part = PARTS[item]
    key = [column for column in TABLES[part].natural_key if column in attrs.fields_dict(item)]
    unique_by = (lambda row: tuple(getattr(row, column) for column in key)) if cls in DISTINCT else None
    return st.lists(made(item, part), max_size=3, unique_by=unique_by)


def commands(*domains: Any) -> st.SearchStrategy[Query[Any]]:
    classes = [cls for domain in domains for cls in domain]
    return st.sampled_from(classes).flatmap(lambda cls: made(cls, COMMANDS[cls][0]))


anything = commands(BLOG, ACCOUNTS, SERVICES)


elsewhere = st.sampled_from(
    ["blog_posts", "blog_comments", "services_listings", "services_reviews", "services_bookings"]
)


def rows_of(table: str) -> st.SearchStrategy[Row]:
    """Rows as no command writes them: deleted by status alone, replies to what belongs to another, bookings."""
    columns: dict[str, Sequence[object]] = {"id": ids(table), "status": ["pending"]}
    if ("slug",) in TABLES[table].unique:
        columns |= {"slug": CHOICES["slug"], "status": ["deleted"]}
    columns |= {name: ids(rule.table) for name, rule in TABLES[table].references.items()}
    rows = st.fixed_dictionaries({name: st.sampled_from(options) for name, options in columns.items()})
    return rows.filter(lambda row: row["id"] != row.get("parent_id"))


def first(cls: Any, number: int = 0, **given: object) -> Any:
    """A command with the choice of this number for the id and for what else it needs."""
    table, hints = COMMANDS[cls][0], typing.get_type_hints(cls, include_extras=True)
    for field in attrs.fields(cls):
        if field.name not in given and (field.default is attrs.NOTHING or field.name in ("id", "member_id")):
            options = choices(table, field.name, hints[field.name])
            given[field.name] = options[number % len(options)]
    return cls(**given)


def start() -> list[Query[Any]]:
    """Two of most things, so that commands find some."""
    both = [
        *(auth.CreateUser, auth.CreateSession, auth.CreateAccount, auth.PutVerification, auth.CreateOrganization),
        *(auth.InviteMember, profile.PutProfile),
        *(blog.CreateOrganization, blog.CreateMedium, blog.CreateAuthor, blog.CreateCategory, blog.CreatePost),
        *(blog.PutTranslation, blog.LinkPostAuthor, blog.LinkPostCategory, blog.LinkPostMedium, blog.AddComment),
        *(services.CreateServiceMedium, services.CreateServiceCategory, services.CreateListing),
        *(services.PutServiceTranslation, services.LinkServiceMedium, services.CreateAvailabilitySlot),
        services.AddReview,
    ]
    return [
        *(first(cls, number) for cls in both for number in range(2)),
        first(auth.AddMember, 2, organization_id="organization-0", user_id="user-1"),
        first(auth.ChangeSession, active_organization_id="organization-0"),
        first(blog.ChangeAuthor, avatar_id="blog_media-0", works_for_id="blog_organizations-0"),
        first(blog.ChangeCategory, featured_image_id="blog_media-0"),
        first(blog.ChangePost, organization_id="blog_organizations-0"),
        first(blog.MoveCategory, 1, parent_id="blog_categories-0"),
        first(blog.AddComment, 2, post_id="blog_posts-0", parent_id="blog_comments-0"),
        first(services.MoveServiceCategory, 1, parent_id="services_categories-0"),
        first(services.ChangeServiceCategory, featured_image_id="services_media-0"),
        first(services.ChangeListing, category_id="services_categories-0", organization_id="blog_organizations-0"),
        first(services.AddReview, 2, service_id="services_listings-0", parent_id="services_reviews-0"),
    ]


class Commands(RuleBasedStateMachine):
    """Runs commands by the library, and on the model. The witness is another connection: it sees what is committed."""

    def __init__(self, querier: Querier, witness: psycopg.Connection[Any]) -> None:
        super().__init__()
        self.querier, self.witness, self.model = querier, witness, Model()
        self.latest = datetime(1, 1, 1)
        witness.execute(SQL("TRUNCATE {}").format(SQL(", ").join(map(Identifier, TABLES))))

    @initialize()
    def start(self) -> None:
        self.check(*start())

    @rule(command=anything)
    def execute(self, command: Query[Any]) -> None:
        self.check(command)

    @rule(command1=anything, command2=anything)
    def execute_both_or_none(self, command1: Query[Any], command2: Query[Any]) -> None:
        self.check(command1, command2)

    @rule(command=anything)
    def only_try(self, command: Query[Any]) -> None:
        self.check(command, is_dry=True)

    @rule(table=st.shared(elsewhere, key="table"), values=st.shared(elsewhere, key="table").flatmap(rows_of))
    def another_writer_inserts(self, table: str, values: Row) -> None:
        """What no command makes, if the database takes it."""
        with contextlib.suppress(psycopg.IntegrityError):
            row = insert(self.witness, table, values)
            self.model.tables[table][(row["id"],)] = row

    def check(self, *commands: Query[Any], is_dry: bool = False) -> None:
        """Run commands, all or nothing, and compare what comes of it with what the model makes of them."""
        after, expected = foresee(self.model, commands)
        if commands[1:] and isinstance(expected, Rejected) and expected.error is NotFound:
            return  # the others of a batch are committed before it is seen that a row is missing
        found = self.run(commands, is_dry)
        tables = read_tables(self.witness)
        if is_dry:
            after = self.model
        if isinstance(expected, Rejected):
            assert isinstance(found, expected.error), found
            assert details(found) in expected.details
            results = []
        else:
            assert not isinstance(found, Exception), found
            results = [pair for each in map(comparable, expected, found) for pair in each]
        self.settle([*results, *written(after.tables, tables)])
        assert [row for row, _ in results] == [row for _, row in results]
        assert differences(after.tables, tables) == []
        self.model = after

    def run(self, commands: Sequence[Query[Any]], is_dry: bool) -> Sequence[Any] | ConcordiaError:
        """What came back, or was raised."""
        try:
            if is_dry:
                return [self.querier.dry_run(command) for command in commands]
            return self.querier.execute_batch(*commands) if commands[1:] else [self.querier.execute(commands[0])]
        except ConcordiaError as error:
            return error

    def settle(self, pairs: Sequence[tuple[Row, Row]]) -> None:
        """Put the time of the transaction where the model has NOW. It is one, and later than all before."""
        moments = {found[name] for row, found in pairs for name in row if row[name] == NOW and found.get(name)}
        assert len(moments) <= 1
        for moment in moments:
            assert self.latest < moment < NOW
            self.latest = moment
            for row, _ in pairs:
                row |= {name: moment for name in row if row[name] == NOW}


def written(expected: Tables, found: Tables) -> list[tuple[Row, Row]]:
    """The rows of the model that are new or changed, each with the one found."""
    return [
        (row, found[table].get(key, {}))
        for table, rows in expected.items()
        for key, row in rows.items()
        if NOW in row.values()
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
    if not attrs.has(type(found)):
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
        return error.columns, error.row, error.deleted
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
        max_examples=25,
        stateful_step_count=25,
        derandomize=True,
        deadline=None,
        phases=[Phase.generate],  # add Phase.shrink, which takes minutes, for the fewest steps that fail
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    with psycopg.connect(database_url, autocommit=True, options="-c TimeZone=UTC") as witness:
        set_json_loads(lambda text: JSON_NULL if (value := json.loads(text)) is None else value, witness)
        assert writes.read_tables(witness).keys() == TABLES.keys()
        machine = partial(Commands, Querier(connection), witness)
        run_state_machine_as_test(cast("type[Commands]", machine), settings=steps)
