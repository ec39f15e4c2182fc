"""Applies the migrations, as `yoyo apply` does in a deploy: for the demo, `serve`, tests and benchmarks."""

from urllib.parse import urlencode

import yoyo

from concordia_sql.concordia import CONCORDIA
from concordia_sql.engine import Library
from concordia_sql.engine.urls import connection_settings


def migrate(url: str, library: Library = CONCORDIA) -> None:
    """Bring the database at a PostgreSQL URL to the newest schema of a library. Applied migrations are left alone."""
    settings = urlencode(connection_settings(url))  # checked, and spelt so that yoyo finds nothing wrong, and shows it
    with yoyo.get_backend(f"postgresql+psycopg:///?{settings}") as backend, backend.lock():
        migrations = yoyo.read_migrations(*library.migrations)
        backend.apply_migrations(backend.to_apply(migrations))
