"""Makes what comes from the code: pages of the reference, and what a check holds a database against.

`make docs` writes it, a test compares it.

`statements` makes a page for each domain: its queries and commands with their parameters, results and the rows that
they touch. `schema` draws the tables. `interface` describes what Python code imports, `command_line` what the shell
calls. `migrations/catalogue.json` keeps the tables as the catalogue describes them, `migrations/catalogue.own.json`
those that the application makes itself.
"""

from collections.abc import Mapping
from pathlib import Path

from concordia_sql import auth, blog, profile, services
from docs.generate.command_line import command_line_page
from docs.generate.interface import interface_page
from docs.generate.statements import DOMAIN_NAMES, domain_page

REFERENCE = Path(__file__).parents[1] / "reference"
DOMAINS = (auth, profile, blog, services)


def pages() -> Mapping[str, str]:
    """The pages that need no server, by their names in the folder of the reference."""
    assert [domain.__name__.rpartition(".")[2] for domain in DOMAINS] == [*DOMAIN_NAMES]
    return {
        **{f"{name}.md": domain_page(domain) for name, domain in zip(DOMAIN_NAMES, DOMAINS, strict=True)},
        "python.md": interface_page(),
        "command-line.md": command_line_page(),
    }
