"""The pages for those who come from another library: the same six queries, each with what both find, compared.

`test_pages` runs them.
"""

import re
from pathlib import Path

import pytest

PAGES = sorted((Path(__file__).parents[1] / "docs" / "from").glob("*.md"))
QUERIES = (
    "A user with all sessions",
    "A post with its authors, their organizations, categories and translations",
    "All posts by an author",
    "A comment with all its replies",
    "Only what is needed",
    "Everything",
)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_each_page_has_the_same_queries(page: Path) -> None:
    head, *sections = re.split(r"^## ", page.read_text("utf-8"), flags=re.MULTILINE)
    assert re.search(r"^# .+\n\n\*For those who .+\.\*\n\n", head)
    titles = [section.partition("\n")[0] for section in sections]
    assert titles == [*QUERIES, "What differs", "Step by step"]
    if page.stem != "drizzle":  # TypeScript: its queries are run by the benchmarks
        for title, section in zip(QUERIES, sections, strict=False):
            assert "db.fetch(" in section, title
            assert re.search(r"^assert .* == ", section, re.MULTILINE), title
            assert "<=" not in section, title
