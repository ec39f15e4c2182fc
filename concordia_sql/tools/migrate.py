"""Applies the migrations, as `yoyo apply` does in a deploy: for the demo, `serve`, tests and benchmarks."""

from urllib.parse import urlsplit

import yoyo

from concordia_sql.engine.statement import LIBRARY


def migrate(url: str) -> None:
    """Bring the database at a PostgreSQL URL to the newest schema. Applied migrations are left alone."""
    with yoyo.get_backend(urlsplit(url)._replace(scheme="postgresql+psycopg").geturl()) as backend, backend.lock():
        migrations = yoyo.read_migrations(str(LIBRARY.with_name("migrations")))
        backend.apply_migrations(backend.to_apply(migrations))
