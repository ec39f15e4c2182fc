"""The SQL files of the statements: `<domain>/*.sql`, and `<domain>/shapes/*.sql`."""
