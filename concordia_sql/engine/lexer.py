"""SQL text to tokens, by PostgreSQL's lexical rules.

Source: PostgreSQL manual, "Lexical Structure".
"""

import re
import string
from collections.abc import Sequence

import attrs

from concordia_sql.engine.errors import StatementError

# Letters, digits and the underscore, by what they are not: PostgreSQL takes every non-ASCII character for a letter, and
# a class of all these takes Python long to compile.
_LETTER = r"[^\x00-@\[-^`{-\x7F]"
_NAME = rf"{_LETTER}[^\x00-/:-@\[-^`{{-\x7F]*"
# Atomic groups, as CPython before 3.11.5 matches possessive repeats of groups wrongly.
_TOKEN = re.compile(
    rf"""
    (?P<space>\s+)
  | (?P<comment>--[^\r\n]*)
  | (?P<block>/\*)
  | (?P<string>[eE]'(?>(?:[^'\\]|\\.|''|'\s*[\r\n]\s*')*)' | (?:[bBnNxX]|[uU]&)?'(?>(?:[^']|'')*)')
  | (?P<dollar>\$(?P<tag>(?:{_NAME})?)\$.*?\$(?P=tag)\$)
  | (?P<quoted>"(?>(?:[^"]|"")*)")
  | (?P<wrong>[uU]&" | [eE]?' | " | \$\d?)
  | (?P<word>{_LETTER}[^\x00-\#%-/:-@\[-^`{{-\x7F]*)
  | (?P<number>\d[\w.]*)
  | (?P<operator>::|:=)
  | (?P<parameter>:{_NAME}(?:\.{_NAME})?)
  | (?P<symbol>.)
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_LOWER = {ord(upper): upper.lower() for upper in string.ascii_uppercase}  # in UTF-8, PostgreSQL folds no others
_LONGEST_NAME = 63  # bytes
_NUMBERED = re.compile(r"\$\d+")
_BLOCK_EDGE = re.compile(r"/\*|\*/")
_WRONG = {
    'u&"': "a name with escapes; write it as it is, without U&",
    "'": "unterminated string",
    '"': "unterminated quoted name",
    "$": "unterminated dollar-quoted string",
}


@attrs.frozen
class Token:
    """A token of SQL, and the line on which it begins."""

    kind: str
    text: str
    line: int
    when: str | None = None
    """The condition of the token's line, if that is a conditional line."""

    @property
    def name(self) -> str:
        """The identifier or key word, folded to lower case as PostgreSQL does. Empty for any other token."""
        if self.kind == "quoted":
            return _clipped(self.text[1:-1].replace('""', '"'))
        return _clipped(self.text.translate(_LOWER)) if self.kind == "word" else ""

    @property
    def keyword(self) -> str:
        """The key word that the token may be. Empty for a quoted name, which is never a key word."""
        return self.name if self.kind == "word" else ""

    @property
    def field(self) -> str:
        """The field of the query that a parameter is of: `rows` of `:rows`, and of `:rows.id`. Empty for any other."""
        return self.text[1:].partition(".")[0] if self.kind == "parameter" else ""

    @property
    def blank(self) -> bool:
        """Whether it is white space or a comment."""
        return self.kind in ("space", "comment", "block")


Tokens = Sequence[Token]


def tokenize(text: str, source: str, *, numbered: bool = False) -> list[Token]:
    """Split a SQL text into tokens. Joined, they are the text again.

    Raises StatementError, naming `source` and the line, for a NUL character, an unterminated string, name or comment,
    and a parameter written as `$1`. If `numbered`, parameters are written as `$1`.
    """
    if (nul := text.find("\0")) >= 0:
        line = text.count("\n", 0, nul) + 1
        raise StatementError(f"{source}:{line}: a NUL character")
    tokens: list[Token] = []
    brackets: list[str] = []
    position, line = 0, 1
    while position < len(text):
        match = _TOKEN.match(text, position)
        assert match is not None  # the last alternative takes any character
        kind, end = match.lastgroup or "", match.end()
        if numbered and (number := _NUMBERED.match(text, position)):
            kind, end = "parameter", number.end()
        if kind == "wrong":
            problem = _WRONG.get(match[0].lower()) or _WRONG.get(
                match[0][-1], "a parameter by number; write it by name, as :slug"
            )
            raise StatementError(f"{source}:{line}: {problem}")
        if kind == "block":
            end = _block_end(text, position, f"{source}:{line}")
        elif kind == "parameter" and (brackets[-1:] == ["slice"] or _is_after_string(tokens)):
            kind, end = "symbol", position + 1
        elif kind == "symbol":
            _track_bracket(match[0], tokens, brackets)
        tokens.append(Token(kind, text[position:end], line))
        line += tokens[-1].text.count("\n")
        position = end
    return tokens


def _clipped(name: str) -> str:
    """A name truncated as PostgreSQL truncates it."""
    return name.encode()[:_LONGEST_NAME].decode(errors="ignore") if len(name) > _LONGEST_NAME // 4 else name


def quoted(name: str) -> str:
    """The name of a column as SQL, quoted if it needs quotes after a dot."""
    return name if name == name.lower() else f'"{name}"'


def name_token(name: str, line: int) -> Token:
    """The name of a column as a token."""
    text = quoted(name)
    return Token("quoted" if text.startswith('"') else "word", text, line)


def _block_end(text: str, start: int, where: str) -> int:
    """The end of the block comment at `start`. Block comments nest."""
    depth = 0
    for edge in _BLOCK_EDGE.finditer(text, start):
        depth += 1 if edge[0] == "/*" else -1
        if depth == 0:
            return edge.end()
    raise StatementError(f"{where}: unterminated comment")


def _is_after_string(tokens: Tokens) -> bool:
    """Whether the last token is a string, so that a colon is that of `JSON_OBJECT('key':value)`."""
    return next((token.kind in ("string", "dollar") for token in reversed(tokens) if not token.blank), False)


def _track_bracket(symbol: str, tokens: Tokens, brackets: list[str]) -> None:
    """Keep the open brackets. The colon in `tags[1:n]` belongs to the slice; in `ARRAY[:n]` it begins a parameter."""
    if symbol in "([":
        before = next((token.text.upper() for token in reversed(tokens) if not token.blank), "")
        brackets.append("slice" if symbol == "[" and before not in ("ARRAY", "[", ",") else symbol)
    elif symbol in ")]" and brackets:
        brackets.pop()
