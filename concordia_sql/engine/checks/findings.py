"""What a check finds."""

from collections.abc import Iterable
from typing import Literal, TypeAlias

import attrs

Level: TypeAlias = Literal["error", "warning"]


@attrs.frozen
class Finding:
    """One cause for which the code and the database do not fit. It holds no value of a row."""

    level: Level
    """An error is something that fails, or answers wrongly; a warning is slow, unusual or cannot be judged."""
    where: str
    """What it is about: a table or column, a query, the server, the migrations."""
    what: str
    """What is the matter, in a sentence."""
    remedy: str
    """What mends it."""

    def __str__(self) -> str:
        return f"{self.level}: {self.where}: {self.what}. {self.remedy}"


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """The findings, each once, errors first."""
    return sorted(dict.fromkeys(findings), key=lambda finding: finding.level != "error")
