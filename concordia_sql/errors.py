"""Every error of the library, below one base. psycopg's own errors pass through, with a note naming the query."""


class ConcordiaError(Exception):
    """The base of every error that this library raises itself."""


class EmbeddedServerError(ConcordiaError):
    """The embedded PostgreSQL server cannot be started: says why, with the end of its log where it wrote one."""


class SampleError(ConcordiaError):
    """The sample cannot be loaded: into this database, or by this connection."""
