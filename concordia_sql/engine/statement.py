"""SQL files, read and checked.

A statement is the file `<domain>/<verb>_<noun>.sql` of a library, a shape `<domain>/shapes/<name>.sql`. Both begin with
a header: comments that say what comes back and name the shapes used, as in `-- uses: blog/author, blog/media`. The file
of a command may hold several statements, separated by semicolons. The file of a shape may be a header alone, which says
which other one it is with names of its own: `-- shape: shared/medium`, `-- names: media = blog_media`.
"""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from contextvars import ContextVar
from pathlib import Path
from typing import TypeAlias

import attrs

from concordia_sql.engine.caching import cache
from concordia_sql.engine.conditions import condition_in
from concordia_sql.engine.errors import StatementError
from concordia_sql.engine.lexer import Token, Tokens, name_token, tokenize
from concordia_sql.engine.library import Library, tables_of
from concordia_sql.engine.naming import check_given, check_names, replaced, with_shapes

_USES = re.compile(r"--\s*uses:(.*)")
_NAMES = re.compile(r"--\s*names:(.*)")
_SHAPE = re.compile(r"--\s*shape:(.*)")
_USES_MISSPELT = re.compile(r".*\buses?\s*(:|\$?\w+/\w).*", re.IGNORECASE | re.DOTALL)
_WHEN_MISSPELT = re.compile(r"--\s*when(\s*[:$].*|\s+\w+\s*)|.*\bwhen\b.*:\w.*", re.IGNORECASE | re.DOTALL)
_CONDITION = re.compile(
    r"--.*\w\s+:\w+(\.\w+)?\s*"
)  # after SQL on the same line, such a comment is a misspelt condition
_CONSTANTS = ("true", "false", "null", "default")
_AFTER_LIST = (
    *("from", "where", "group", "having", "window", "union", "intersect", "except"),
    *("order", "limit", "offset", "fetch", "for"),
)


@attrs.frozen(eq=False)
class Source:
    """A SQL file, read."""

    library: Library
    path: Path
    header: str
    uses: Mapping[str, "Shape"]
    """The shapes that the header names, by their names in SQL."""
    body: Tokens
    """The statement, or the last one if there are several."""
    before: "Sequence[Source]" = ()
    """The statements before the last one."""
    roles: Sequence[str] = ()
    """The roles that the header names, without the dollar: `$thread` is `thread`."""
    names: Sequence[str] = ()
    """The names that each query replaces by its own."""
    bound: Mapping[str, str] = attrs.field(factory=dict)
    """The shapes that are bound to the roles, by role."""
    renamed: Mapping[str, str] = attrs.field(factory=dict)
    """The names of this query, by those that they replace."""
    stands_for: str = ""
    """The shape that the file is read for, where its header names this one: `-- shape: shared/node`."""

    def location(self, line: int) -> str:
        """A line of the file, as words for an error."""
        return f"{self.path}:{line}" + (f" (for {self.stands_for})" if self.stands_for else "")

    @property
    def bindings(self) -> str:
        """The shapes bound to the roles, or else the names, as words for an error. Empty if there are none."""
        shapes = [f"${role} as {name}" for role, name in self.bound.items()]
        words = ", ".join(shapes or [f"{old} as {new}" for old, new in self.renamed.items()])
        return f" (with {words})" if words else ""

    @property
    def shared(self) -> bool:
        """Whether several queries share the file, each with shapes or names of its own."""
        return bool(self.bound or self.renamed)

    @property
    def parameters(self) -> frozenset[str]:
        """The names of the `:name` parameters."""
        own = (token.field for token in self.body if token.field)
        return frozenset(own).union(*(each.parameters for each in self.before))

    @property
    def required(self) -> frozenset[str]:
        """Those that stand outside of conditional lines. A shape may name them too."""
        own = (token.field for token in self.body if token.field and not token.when)
        return frozenset(own).union(*(each.required for each in self.before))

    @property
    def conditions(self) -> frozenset[str]:
        """The conditions of the conditional lines."""
        own = (token.when for token in self.body if token.when)
        return frozenset(own).union(*(each.conditions for each in self.before))

    @property
    def all_conditions(self) -> frozenset[str]:
        """The conditions of the conditional lines of the statements and their shapes."""
        return self.conditions.union(*(shape.source.conditions for shape in self.shapes()))

    def shapes(self) -> list["Shape"]:
        """Every shape that it uses, at any depth. Each comes after the shapes that it uses itself."""
        ordered = {below: None for shape in self.uses.values() for below in [*shape.source.shapes(), shape]}
        return list(ordered)


@attrs.frozen(eq=False)
class Shape:
    """A SELECT that statements use like a table. The columns that nobody reads are left out of it."""

    name: str
    source: Source
    columns: Mapping[str, Tokens]
    """The select list: the text of each column by its name."""
    tail: Tokens
    """The text from FROM on."""


def load(path: str, library: Library) -> Source:
    """Read a file of a library.

    Raises StatementError, with file and line, if there is no file, no statement or no header, if a string or comment
    has no end, and if a shape is unknown or uses itself.
    """
    return _read(library.root / path, library)


@cache
def find_shape(name: str, library: Library) -> Shape:
    """The shape `<domain>/<name>` of a library, or else of the first library that it uses and that has one.

    Raises StatementError if no library has it.
    """
    return _load_shape(*_find(name, library))


def _find(name: str, library: Library) -> tuple[Path, Library]:
    """The file of a shape, and the library that has it."""
    domain, _, stem = name.partition("/")
    candidates = {each.root / domain / "shapes" / f"{stem}.sql": each for each in (library, *library.uses)}
    for path, owner in candidates.items():
        if path.is_file():
            return path, owner
    raise StatementError(f"there is no such shape: no file {' or '.join(map(str, candidates))}")


def _read(path: Path, library: Library) -> Source:
    comments, tokens = _parts(path)
    if not tokens:
        raise StatementError(f"{path}:1: there is no statement in it")
    if any(_SHAPE.match(comment.text) for comment in comments):
        raise StatementError(f"{path}:1: it names a shape that it is, and has a statement too")
    uses = {shape.name: shape for shape in _used(comments, path, library, {})}
    roles = [name[1:] for name in _listed(_USES, comments) if name.startswith("$")]
    source = _source(path, library, _prose(comments, path), uses, tokens)
    return attrs.evolve(source, roles=roles, names=_listed(_NAMES, comments))


def _read_shape(path: Path, library: Library) -> Source:
    """The shape of a file, or of the one that its header names, with other names: `-- shape: shared/node`."""
    comments, tokens = _parts(path)
    of = _listed(_SHAPE, comments)
    if tokens or not of:
        return _read(path, library)
    if len(of) > 1:
        raise StatementError(f"{path}:1: it is one shape alone, not {', '.join(of)}")
    pairs = [_pair(each, path) for each in _listed(_USES, comments)]
    shapes = {role: find_shape(name, library).name for role, name in pairs}
    names = dict(_pair(each, path) for each in _listed(_NAMES, comments))
    shared, owner = _find(of[0], library)
    header, body = _parts(shared)
    if not body:
        raise StatementError(f"{path}:1: {of[0]} has no statement of its own")
    roles = [name for name in _listed(_USES, header) if name.startswith("$")]
    check_given(path, "a shape", roles, shapes)
    check_names(path, _listed(_NAMES, header), names, body)
    known: _Known = {}
    used = [*_used(header, shared, owner, known), *_used(comments, path, library, known)]
    body = with_shapes(replaced(body, names), {role[1:]: name for role, name in shapes.items()})
    source = _source(shared, library, _prose(comments, path), {shape.name: shape for shape in used}, body)
    return attrs.evolve(source, stands_for=f"{path.parent.parent.name}/{path.stem}")


def _parts(path: Path) -> tuple[Tokens, Tokens]:
    """The comments of the header of a file, and the tokens from its first statement on."""
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise StatementError(f"{path}: there is no such file") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise StatementError(f"{path}:{line}: the text is not UTF-8") from None
    tokens = tokenize(text, str(path))
    start = next((index for index, token in enumerate(tokens) if not token.blank), len(tokens))
    comments = [token for token in tokens[:start] if token.kind == "comment"]
    for comment in (token for token in tokens if token.kind in ("comment", "block")):
        if _USES_MISSPELT.fullmatch(comment.text) and not (comment in comments and _USES.fullmatch(comment.text)):
            raise StatementError(f"{path}:{comment.line}: shapes are named in the header, as in -- uses: blog/author")
    return comments, _mark_conditional_lines(tokens[start:], path)


def _prose(comments: Tokens, path: Path) -> str:
    """What the header says, without what it lists."""
    lists = (_USES, _NAMES, _SHAPE)
    prose = [each.text[2:].strip() for each in comments if not any(form.match(each.text) for form in lists)]
    if not prose:
        raise StatementError(f"{path}:1: there is no header; begin with a comment that says what comes back")
    return " ".join(prose)


def _source(path: Path, library: Library, header: str, uses: Mapping[str, "Shape"], tokens: Tokens) -> Source:
    *bodies, last = _split(tokens, path)
    for body in (*bodies, last):
        _check_brackets(body, path)
    before = [Source(library, path, header, uses, body) for body in bodies]
    return Source(library, path, header, uses, last, before)


def _pair(listed: str, path: Path) -> tuple[str, str]:
    """A name and what is bound to it: `nodes = blog_comments`, or `$hidden = blog/hidden_post`."""
    name, equals, bound = listed.partition("=")
    if not equals:
        raise StatementError(f"{path}:1: {listed} is bound to nothing; write {listed} = and what it is here")
    return name.strip(), bound.strip()


def _split(tokens: Tokens, path: Path) -> Sequence[Tokens]:
    """The statements of a text."""
    bodies: list[list[Token]] = [[]]
    for token in tokens:
        if token.text == ";":
            bodies.append([])
        elif bodies[-1] or not token.blank:
            bodies[-1].append(token)
    if not all(bodies):
        raise StatementError(f"{path}:{tokens[-1].line}: an empty statement; semicolons separate statements")
    return bodies


_Known: TypeAlias = dict[tuple[Library | None, str], Shape]


def _used(comments: Tokens, path: Path, library: Library, known: _Known) -> Iterator[Shape]:
    """The shapes that the header names. Their names must differ, as must those of the shapes below of one library."""
    for comment in comments:
        for name in _listed(_USES, [comment]):
            role, _, bound = name.partition("=")
            if role.startswith("$") and not bound:
                continue
            try:
                shape = find_shape((bound or role).strip(), library)
            except StatementError as error:
                raise StatementError(f"{path}:{comment.line}: uses {name}: {error}") from None
            below = [*shape.source.shapes(), shape]
            for library_of, each in [(None, shape), *((each.source.library, each) for each in below)]:
                if (other := known.setdefault((library_of, each.name), each)) is not each:
                    paths = f"{other.source.path} and {each.source.path}"
                    raise StatementError(f"{path}:{comment.line}: two shapes of the name {each.name}: {paths}")
            for each, other in itertools.permutations(known.values(), 2):
                if each.source.library != other.source.library and _hides(each, other):
                    table = f"the table {each.name} in {other.source.path}"
                    raise StatementError(f"{path}:{comment.line}: {each.source.path} would hide {table}")
            yield shape


def _listed(form: re.Pattern[str], comments: Tokens) -> list[str]:
    """The names in lines of the header, separated by commas."""
    matches = [match for comment in comments if (match := form.match(comment.text))]
    return [name.strip() for match in matches for name in match[1].split(",")]


def _hides(shape: Shape, other: Shape) -> bool:
    """Whether the text of another shape reads a table by the shape's name."""
    tokens = itertools.chain(*other.columns.values(), other.tail)
    return shape.name not in other.source.uses and any(token.name == shape.name for token in tokens)


def _mark_conditional_lines(tokens: Tokens, path: Path) -> Tokens:
    """Give the tokens of each line that ends in `-- when …` its condition."""
    conditions: dict[int, str] = {}
    code = {token.line for token in tokens if not token.blank}
    for comment in (token for token in tokens if token.kind in ("comment", "block")):
        if condition := condition_in(comment.text):
            conditions[comment.line] = condition
        elif _WHEN_MISSPELT.fullmatch(comment.text) or (comment.line in code and _CONDITION.fullmatch(comment.text)):
            form = "-- when :status, or -- when :sort = 'best'"
            raise StatementError(f"{path}:{comment.line}: a conditional line ends as in {form}")
    for token in tokens:
        lines = range(token.line, token.line + token.text.count("\n") + 1)
        if token.kind != "space" and len(lines) > 1 and not conditions.keys().isdisjoint(lines):
            raise StatementError(f"{path}:{token.line}: this goes on beyond its conditional line")
    if empty := conditions.keys() - code:
        raise StatementError(f"{path}:{min(empty)}: a conditional line with nothing on it")
    return [
        attrs.evolve(token, when=conditions[token.line])
        if token.line in conditions and "\n" not in token.text
        else token
        for token in tokens
    ]


def _check_brackets(tokens: Tokens, path: Path) -> None:
    """Refuse brackets that do not match when conditional lines are left out."""
    opened: list[Token] = []
    for token in tokens:
        if token.text in ("(", "["):
            opened.append(token)
        elif token.text in (")", "]"):
            opening = opened.pop() if opened else token
            if opening.text + token.text not in ("()", "[]"):
                raise StatementError(f"{path}:{token.line}: {token.text} closes nothing")
            if opening.when != token.when:
                raise StatementError(f"{path}:{token.line}: brackets that open and close on different conditions")
    if opened:
        raise StatementError(f"{path}:{opened[-1].line}: nothing closes {opened[-1].text}")


_loading: ContextVar[tuple[Path, ...]] = ContextVar("_loading", default=())
_shapes: dict[tuple[Path, Library], Shape] = {}
"""Each shape once, also if several threads are the first to use it."""


def _load_shape(path: Path, library: Library) -> Shape:
    if known := _shapes.get((path, library)):
        return known
    loading = _loading.get()
    if path in loading:
        cycle = [*loading[loading.index(path) :], path]
        raise StatementError(f"shapes in a cycle: {' → '.join(part.stem for part in cycle)}")
    name = f"{path.parent.parent.name}_{path.stem}"
    if name in tables_of(library):
        raise StatementError(f"{path}:1: a shape with the name of the table {name} would hide it")
    token = _loading.set((*loading, path))
    try:
        source = _read_shape(path, library)
    finally:
        _loading.reset(token)
    return _shapes.setdefault((path, library), Shape(name, source, *_split_select(source)))


def _split_select(source: Source) -> tuple[Mapping[str, Tokens], Tokens]:
    """The select list of a shape, and its text from FROM on."""
    path, start = source.path, source.body[0].line
    _, items, tail = split_select(source.body)
    _check_plain(source, tail)
    columns: dict[str, Tokens] = {}
    for item in itertools.chain.from_iterable(_expanded(each, source) for each in items):
        line = next((token.line for token in reversed(item) if not token.blank), start)
        name = column_name(item)
        if name is None:
            raise StatementError(f"{path}:{line}: a column without a name; end it with AS and one")
        if columns.setdefault(name, item) is not item:
            raise StatementError(f"{path}:{line}: a second column named {name}")
    return columns, tail


def _expanded(item: Tokens, source: Source) -> Iterator[Tokens]:
    """The item; in place of `shape.*`, each column of that shape."""
    words = [token for token in item if not token.blank]
    shape = source.uses.get(words[0].name) if [word.text for word in words[1:]] == [".", "*"] else None
    if shape is None:
        yield item
        return
    for name in shape.columns:
        yield [Token("space", "\n    ", words[0].line), *words[:2], name_token(name, words[0].line)]


def _check_plain(source: Source, tail: Tokens) -> None:
    """Refuse a shape that is not one plain SELECT with a FROM."""
    path, start = source.path, source.body[0].line
    words = [token.keyword for token in source.body if not token.blank]
    if source.roles or source.names:
        raise StatementError(f"{path}:1: a shape with roles or names of its own; another file says what they are")
    if source.before:
        raise StatementError(f"{path}:{start}: several statements in a shape; it is one plain SELECT")
    if words[0] != "select" or words[1:2] in (["all"], ["distinct"]) or not tail or tail[0].keyword != "from":
        raise StatementError(f"{path}:{start}: a shape is one plain SELECT … FROM …")
    for _, token in outermost(source.body[: len(source.body) - len(tail) + 1]):
        if token.when:
            raise StatementError(f"{path}:{token.line}: a conditional line in the list of a shape; it is always whole")
    for _, word in outermost(tail):
        if word.keyword in ("union", "intersect", "except"):
            raise StatementError(f"{path}:{word.line}: {word.text} in a shape; it is one plain SELECT")


def split_select(tokens: Tokens) -> tuple[Tokens, Sequence[Tokens], Tokens]:
    """A text up to its outermost SELECT, the items of its list, and the rest. No items if there is no SELECT."""
    items: list[Tokens] = []
    head = begin = 0
    before = ""
    for index, token in outermost(tokens):
        ends = token.keyword in _AFTER_LIST and before not in (".", "as", "distinct")
        if begin and (ends or token.text == ","):
            items.append(tokens[begin:index])
            begin = index + 1
            if ends:
                return tokens[:head], items, tokens[index:]
        elif token.keyword == "select" and not begin:
            head = begin = index + 1
        before = before if token.blank else token.text.lower()
    return (tokens[:head], [*items, tokens[begin:]], []) if begin else (tokens, [], [])


def column_name(item: Tokens) -> str | None:
    """The name of a column of a select list, if it is written: `name`, `table.name`, or `… AS name`."""
    words = [token for token in item if not token.blank]
    if not words or not words[-1].name:
        return None
    names, dots = words[::2], words[1::2]
    is_column = all(word.name for word in names) and {dot.text for dot in dots} <= {"."}
    if (is_column and words[-1].keyword not in _CONSTANTS) or [word.keyword for word in words[-2:-1]] == ["as"]:
        return words[-1].name
    return None


def outermost(tokens: Tokens) -> Iterator[tuple[int, Token]]:
    """The tokens outside all brackets, with their indexes."""
    depth = 0
    for index, token in enumerate(tokens):
        depth -= token.text in (")", "]")
        if depth == 0:
            yield index, token
        depth += token.text in ("(", "[")
