"""The yoyo migrations that make the Concordia schema."""
