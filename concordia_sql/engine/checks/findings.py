"""The findings of a check."""

from collections.abc import Iterable
from typing import Literal, TypeAlias

import attrs

Level: TypeAlias = Literal["error", "warning"]


@attrs.frozen
class Finding:
    """One cause why the code and the database do not fit. It contains no value of a row."""

    level: Level
    """An error fails or gives wrong answers. A warning is slow, unusual or cannot be judged."""
    where: str
    """The table or column, query, server or migrations that it is about."""
    what: str
    """The problem, in a sentence."""
    remedy: str
    """The remedy."""

    def __str__(self) -> str:
        return f"{self.level}: {self.where}: {self.what}. {self.remedy}"


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """The findings, each once, errors first."""
    return sorted(dict.fromkeys(findings), key=lambda finding: finding.level != "error")
