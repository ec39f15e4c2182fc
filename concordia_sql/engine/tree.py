"""Trees: flat rows linked to nodes in one pass, and the methods of a node. Nothing recurses, so any depth is safe."""

import operator
import typing
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar, cast

import attrs
import msgspec

from concordia_sql.engine.caching import cache
from concordia_sql.engine.errors import ResultError, StatementError


class Node:
    """A row of a tree: the base of attrs classes with `id`, `parent_id` and a field for the children.

    ```python
    @attrs.frozen(eq=False, repr=False)
    class Reply(Node):
        id: str
        parent_id: str | None
        replies: tuple["Reply", ...] = ()
    ```

    Equality compares whole trees. The hash is that of the id. The repr shows the node's own columns and the number of
    its children. A node is copied and pickled with all nodes below it.
    """

    __slots__ = ()

    json_properties: ClassVar[Mapping[str, Any]] = {}
    """Properties that JSON has beside the fields, with their types."""

    if TYPE_CHECKING:
        id: str
        parent_id: str | None

    def walk(self) -> Iterator[Self]:
        """The node and all nodes below it, each before its children. Children keep their order."""
        for _, node in self._levels():
            yield node

    def to_rows(self) -> list[dict[str, object]]:
        """The nodes of `walk`, each as a flat dict of its own columns and its `depth`, which is 0 for this node.

        The values are those of JSON: texts, numbers, lists, dicts, times in ISO 8601. Since the list is flat, any
        encoder can write a tree of any depth.
        """
        names = [field.name for field in _own_fields(type(self))]
        return [
            {**msgspec.to_builtins({name: getattr(node, name) for name in names}), "depth": depth}
            for depth, node in self._levels()
        ]

    def render(self, line: Callable[[Self], str]) -> str:
        """The nodes of `walk` as text: one line for each node, made by `line`, indented by two spaces for each level.

        Line breaks become spaces. Below 40 levels the indentation stays the same.
        """
        return "\n".join("  " * min(depth, 40) + " ".join(line(node).splitlines()) for depth, node in self._levels())

    def _levels(self) -> Iterator[tuple[int, Self]]:
        """The nodes of `walk`, each with its depth."""
        children = operator.attrgetter(children_field(type(self)))
        waiting = [(0, self)]
        while waiting:
            depth, node = waiting.pop()
            yield depth, node
            waiting.extend((depth + 1, child) for child in reversed(children(node)))

    def __reduce__(self) -> tuple[Any, ...]:
        cls, path, rows = type(self), [0], []
        names = [field.name for field in _own_fields(cls)]
        for index, (depth, node) in enumerate(self._levels()):
            path[depth:] = [index]
            rows.append((path[depth - 1] if depth else None, [getattr(node, name) for name in names]))
        return _rebuild, (cls, names, rows)

    def __eq__(self, other: object) -> bool:
        if other.__class__ is not self.__class__:
            return NotImplemented
        children, columns = operator.attrgetter(children_field(type(self))), _own_columns(type(self))
        pairs: list[tuple[Any, Any]] = [(self, other)]
        while pairs:
            one, another = pairs.pop()
            if columns(one) != columns(another) or len(children(one)) != len(children(another)):
                return False
            pairs.extend(zip(children(one), children(another), strict=True))
        return True

    def __hash__(self) -> int:
        return hash((type(self), self.id))

    def __repr__(self) -> str:
        cls = type(self)
        shown = [f"{field.name}={getattr(self, field.name)!r}" for field in _own_fields(cls) if field.repr]
        children = children_field(cls)
        return f"{cls.__name__}({', '.join(shown)}, {children}=<{len(getattr(self, children))}>)"


N = TypeVar("N", bound=Node)


def _rebuild(cls: type[N], names: Sequence[str], rows: Sequence[tuple[int | None, Sequence[object]]]) -> N:
    """Unpickle a tree. Each row has the index of its parent, which comes before it, and the values of a node."""
    nodes: list[N] = []
    children: defaultdict[int, list[N]] = defaultdict(list)
    for parent, values in rows:
        nodes.append(cls(**dict(zip(names, values, strict=True))))
        if parent is not None:
            children[parent].append(nodes[-1])
    _set_children((nodes[index], below) for index, below in children.items())
    return nodes[0]


def _set_children(families: Iterable[tuple[N, Sequence[N]]]) -> None:
    name = ""
    for parent, children in families:
        name = name or children_field(type(parent))
        object.__setattr__(parent, name, tuple(children))


@cache
def children_field(node_class: type[Node]) -> str:
    """The field of a node class that holds the children.

    Raises StatementError if the class is not made as the docstring of `Node` shows.
    """
    name = node_class.__qualname__
    if node_class.__eq__ is not Node.__eq__ or node_class.__repr__ is not Node.__repr__:
        raise StatementError(
            f"{name}: a node names Node as its first base, and is decorated with @attrs.frozen(eq=False, repr=False)"
        )
    hints = typing.get_type_hints(node_class)
    fields = [field for field, hint in hints.items() if node_class_in(hint) in node_class.__mro__]
    defaults = [field.default for field in attrs.fields(cast("Any", node_class)) if field.name in fields]
    if defaults != [()] or not {"id", "parent_id"} <= hints.keys():
        raise StatementError(
            f'{name}: a node has id, parent_id and one field tuple["{name}", ...] = () for its children'
        )
    return fields[0]


def node_class_in(hint: object) -> type[Node] | None:
    """The class in a hint `tuple[SomeNode, ...]`. None for any other hint."""
    if typing.get_origin(hint) is tuple:
        item, *rest = typing.get_args(hint)
        if rest == [...] and isinstance(item, type) and issubclass(item, Node):
            return item
    return None


def link(rows: Sequence[N], top: N | None = None) -> list[N]:
    """The roots of the rows, each with its children set; roots and children keep the order of the rows.

    A root is a row without a parent, a row whose parent is not among the rows, the first row of a cycle, and `top`.
    Raises ResultError if two rows have the same id.
    """
    nodes: dict[str | None, N] = {}
    families: dict[str | None, list[N]] = {}
    roots: list[N] = []
    for row in rows:
        parent_id = row.parent_id
        if parent_id not in nodes or row is top:
            roots.append(row)
        elif parent_id in families:
            families[parent_id].append(row)
        else:
            families[parent_id] = [row]
        nodes[row.id] = row
    if len(nodes) < len(rows):
        raise ResultError("rows of a tree share an id")
    if late := [root for root in roots if root.parent_id in nodes and root is not top]:
        firsts = _first_of_cycles(late, nodes, top)
        given = {row.id: row for row in late if row.id not in firsts}
        roots = [root for root in roots if root.id not in given]
        _give_late(given.values(), families)
    _set_children((nodes[parent_id], family) for parent_id, family in families.items())
    return roots


def _give_late(late: Iterable[N], families: dict[str | None, list[N]]) -> None:
    """Give rows that came before their parents to these, in front of the children that came after them."""
    earlier: defaultdict[str | None, list[N]] = defaultdict(list)
    for row in late:
        earlier[row.parent_id].append(row)
    for parent_id, children in earlier.items():
        families[parent_id] = children + families.get(parent_id, [])


def _first_of_cycles(late: Sequence[N], nodes: Mapping[str | None, N], top: N | None) -> set[str]:
    """The ids of the first rows of cycles, which no walk from a root would reach. Each comes before its parent."""
    places = {row.id: place for place, row in enumerate(late)}
    found: set[str] = set()
    reached: set[str] = set()
    for row in late:
        path: dict[str, None] = {}
        above: N | None = row
        while above is not None and above.id not in reached and above.id not in path:
            path[above.id] = None
            above = None if above is top else nodes.get(above.parent_id)
        if above is not None and above.id in path:
            ids = list(path)
            found.add(min(ids[ids.index(above.id) :], key=lambda each: places.get(each, len(late))))
        reached.update(path)
    return found


def _own_fields(node_class: type[Node]) -> "list[attrs.Attribute[Any]]":
    children = children_field(node_class)
    return [field for field in attrs.fields(cast("Any", node_class)) if field.name != children]


@cache
def _own_columns(node_class: type[Node]) -> Callable[[Node], object]:
    return operator.attrgetter(*(field.name for field in _own_fields(node_class)))
