"""SQL text to tokens, by PostgreSQL's lexical rules.

Source: PostgreSQL manual, "Lexical Structure".
"""

import re
from collections.abc import Sequence

import attrs

from concordia_sql.errors import StatementError

_TOKEN = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<comment>--[^\n]*)
  | (?P<block>/\*)
  | (?P<string>[eE]'(?:[^'\\]|\\.|'')*' | (?:[bBnNxX]|[uU]&)?'(?:[^']|'')*')
  | (?P<dollar>\$(?P<tag>(?:[^\W\d]\w*)?)\$.*?\$(?P=tag)\$)
  | (?P<quoted>"(?:[^"]|"")*")
  | (?P<word>[^\W\d][\w$]*)
  | (?P<number>\d[\w.]*)
  | (?P<operator>::|:=)
  | (?P<parameter>:[^\W\d]\w*)
  | (?P<symbol>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_BLOCK_EDGE = re.compile(r"/\*|\*/")
_UNTERMINATED = {"'": "string", '"': "quoted name", "$": "dollar-quoted string"}


@attrs.frozen
class Token:
    """A piece of SQL and the line on which it begins."""

    kind: str
    text: str
    line: int
    when: str | None = None
    """The field of the conditional line on which the token stands."""

    @property
    def name(self) -> str:
        """The identifier or key word that the token spells, folded as PostgreSQL does; empty for any other token."""
        if self.kind == "quoted":
            return self.text[1:-1].replace('""', '"')
        return self.text.lower() if self.kind == "word" else ""

    @property
    def blank(self) -> bool:
        """Whether it is white space or a comment."""
        return self.kind in ("space", "comment", "block")


Tokens = Sequence[Token]


def tokenize(text: str, source: str) -> list[Token]:
    """The tokens of a SQL text; joined, they are the text again.

    Raises StatementError, naming `source` and the line, for NUL, a semicolon, `$1`, and a string, name or comment
    without an end.
    """
    tokens: list[Token] = []
    brackets: list[str] = []
    position, line = 0, 1
    while position < len(text):
        match = _TOKEN.match(text, position)
        assert match is not None  # the last alternative takes any character
        kind, end = match.lastgroup or "", match.end()
        where = f"{source}:{line}"
        if kind == "block":
            end = _block_end(text, position, where)
        elif kind == "parameter" and brackets and brackets[-1] == "slice":
            kind, end = "symbol", position + 1
        elif kind == "symbol":
            _check_symbol(text[position : position + 2], where)
            _track_bracket(match[0], tokens, brackets)
        value = text[position:end]
        if "\0" in value:
            raise StatementError(f"{where}: a NUL character")
        tokens.append(Token("dollar" if kind == "tag" else kind, value, line))
        line += value.count("\n")
        position = end
    return tokens


def _block_end(text: str, start: int, where: str) -> int:
    """Where the block comment at `start` ends: they nest."""
    depth = 0
    for edge in _BLOCK_EDGE.finditer(text, start):
        depth += 1 if edge[0] == "/*" else -1
        if depth == 0:
            return edge.end()
    raise StatementError(f"{where}: unterminated comment")


def _check_symbol(symbol: str, where: str) -> None:
    if symbol[0] == ";":
        raise StatementError(f"{where}: a semicolon; a file holds one statement, without a semicolon")
    if symbol[0] == "$" and symbol[1:].isdigit():
        raise StatementError(f"{where}: a parameter by number; write it by name, as :slug")
    if symbol[0] in _UNTERMINATED:
        raise StatementError(f"{where}: unterminated {_UNTERMINATED[symbol[0]]}")


def _track_bracket(symbol: str, tokens: Tokens, brackets: list[str]) -> None:
    """Tell `tags[1:n]`, where the colon is the slice's, from `ARRAY[:n]`, where it begins a parameter."""
    if symbol in "([":
        before = next((token.text.upper() for token in reversed(tokens) if not token.blank), "")
        brackets.append("slice" if symbol == "[" and before not in ("ARRAY", "[", ",") else symbol)
    elif symbol in ")]" and brackets:
        brackets.pop()
