"""Every error of the library, below one base. psycopg's own errors pass through, with a note naming the query."""


class ConcordiaError(Exception):
    """The base of every error that this library raises itself. It can be pickled, and so leave its process."""

    def __reduce__(self) -> tuple[object, ...]:
        return _restored, (type(self), self.args), self.__dict__


def _restored(cls: type[ConcordiaError], args: tuple[object, ...]) -> ConcordiaError:
    """An error as pickle makes it, without __init__, which may need other arguments."""
    return cls.__new__(cls, *args)


class StatementError(ConcordiaError):
    """A SQL file or the class of a query is wrong. Raised at import; names the file and, in a file, the line."""


class ParameterError(ConcordiaError, ValueError):
    """A query was given a value that it cannot take. Raised before the database; names the query and the parameter."""


class DatabaseURLError(ConcordiaError, ValueError):
    """The URL of a database cannot be used. Says why, and shows nothing of it: a password may be in any part."""


class NotFound(ConcordiaError, LookupError):
    """A `One` query found no row."""


class ResultError(ConcordiaError):
    """Rows do not fit the result class: names the query, the column and the path in it, never a value."""


class QuerierError(ConcordiaError):
    """A querier was used as it cannot be: by two tasks at once, on a connection not in autocommit, for a command."""


class NotMigrated(ConcordiaError):
    """A table, column or function that a library's migrations make is missing. The cause is psycopg's error."""


class OutcomeUnknown(ConcordiaError):
    """The connection was lost while a command ran, or its deadline passed: whether it was done is unknown.

    psycopg's error is the cause, or DeadlineExceeded.
    """


class NoConnection(ConcordiaError):
    """A database had no connection for a call: none was free in time, or too many callers wait already.

    Nothing was run. Where none could be made, the cause says why.
    """


class DeadlineExceeded(ConcordiaError):
    """A call did not end in time: names the query, and how long it waited for a connection and for the server.

    Its query was cancelled, and of a command nothing is left; where that is not known, OutcomeUnknown is raised.
    """

    def __init__(self, message: str, *, waited: float, ran: float) -> None:
        super().__init__(message)
        self.waited = waited
        """The seconds that it waited for a connection."""
        self.ran = ran
        """The seconds that it waited for the server."""


class Refused(ConcordiaError):
    """A rule forbids what a command was to do. Nothing was written; in a transaction, all of that is rolled back."""

    def __init__(self, message: str, *, reason: str, found: str | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        """Which rule: one of the words that the command's docstring names."""
        self.found = found
        """The state that was found, for a rule about states."""


class Conflict(ConcordiaError):
    """Another row has the unique key. Nothing was written. The cause is psycopg's error."""

    def __init__(
        self, message: str, *, columns: tuple[str, ...], row: int | None = None, deleted: bool = False
    ) -> None:
        super().__init__(message)
        self.columns = columns
        """The columns of the key."""
        self.row = row
        """Which of many rows given, counted from 0."""
        self.deleted = deleted
        """Whether a deleted row holds the key, until it is restored or purged."""


class MissingReference(ConcordiaError):
    """A row that was named is not there. Nothing was written. The cause is psycopg's error."""

    def __init__(self, message: str, *, columns: tuple[str, ...], row: int | None = None) -> None:
        super().__init__(message)
        self.columns = columns
        """The columns that name it."""
        self.row = row
        """Which of many rows given, counted from 0."""
