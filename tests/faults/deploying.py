"""Run by test_deploys in a process of its own: applies migrations and takes them back, until it is killed."""

import random
import sys

from concordia_sql import CONCORDIA
from concordia_sql.engine.errors import MigrationError
from concordia_sql.engine.migrating import migrate, rollback


def main(url: str) -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        if random.random() < 0.5:
            migrate(url, CONCORDIA)
        else:
            to = random.choice(["0005.keys", "0006.foreign_keys", "0007.indexes", "0008.orders", "0009.lists"])
            try:
                rollback(url, CONCORDIA, to=to)
            except MigrationError as error:  # another process has taken it back
                if "is not applied" not in str(error):
                    raise


if __name__ == "__main__":
    main(sys.argv[1])
