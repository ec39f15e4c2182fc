"""The site of the documentation: `make docs-site` builds it with Sphinx, from the Markdown of the repository."""

import tomllib
from pathlib import Path

from pygments.lexers.sql import PostgresLexer
from sphinx.application import Sphinx

project = "concordia_sql"
author = "the authors of concordia_sql"
release = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))["project"]["version"]

extensions = ["myst_parser", "sphinxcontrib.mermaid"]
root_doc = "docs/index"
include_patterns = ["docs/**", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "benchmarks/README.md"]
exclude_patterns = [".*", "docs/benchmarks/*.md"]  # the latter are sections of the page on benchmarks
myst_heading_anchors = 4
myst_fence_as_directive = ["mermaid"]
nitpicky = True

html_theme = "furo"
html_title = f"{project} {release}"
html_copy_source = False
html_show_copyright = False
html_extra_path = ["home"]  # the address of the site leads to docs/


def setup(app: Sphinx) -> None:
    """Sphinx calls it. SQL is PostgreSQL's here, with its parameters."""
    app.add_lexer("sql", PostgresLexer)
