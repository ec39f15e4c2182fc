"""What the script `concordia-sql` runs: a module outside of the package, so that Ctrl-C ends its import quietly."""

import signal


def main() -> None:
    """Run the command line. While its modules are loaded, Ctrl-C ends the process without a traceback."""
    interrupts = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if interrupts:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from concordia_sql.tools.cli import run  # noqa: PLC0415 - see above

    if interrupts:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    run()
