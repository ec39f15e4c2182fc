"""Every error that the library raises. psycopg's own errors pass through, with a note that names the query."""


class ConcordiaError(Exception):
    """The base class of every error that the library raises. Errors can be pickled."""

    def __reduce__(self) -> tuple[object, ...]:
        return _restored, (type(self), self.args), self.__dict__


def _restored(cls: type[ConcordiaError], args: tuple[object, ...]) -> ConcordiaError:
    """Unpickle an error without calling __init__, whose arguments may differ from `args`."""
    return cls.__new__(cls, *args)


class StatementError(ConcordiaError):
    """A SQL file or the class of a query is wrong. Names the file and, in a file, the line.

    Raised at import, or at the first use of the query if its library is `proven`.
    """


class ParameterError(ConcordiaError, ValueError):
    """A query was made with a value that it cannot take. Nothing was sent. Names the query and the parameter."""

    def __init__(self, message: str, *, parameter: str | None = None, problem: str | None = None) -> None:
        super().__init__(message)
        self.parameter = parameter
        """The parameter."""
        self.problem = problem
        """What is wrong with its value, which is not in it."""


class DatabaseURLError(ConcordiaError, ValueError):
    """The URL of a database cannot be used. Says why. Shows no part of the URL, since any part may hold a password."""


class PositionError(ConcordiaError, ValueError):
    """A text is not a position that a database of this server gave. Nothing was sent."""


class NotFound(ConcordiaError, LookupError):
    """A `One` query found no row."""


class ResultError(ConcordiaError):
    """Rows do not fit the result class. Names the query, the column and the path inside it, never a value."""


class QuerierError(ConcordiaError):
    """A querier was used wrongly: by two tasks at once, outside autocommit mode, or to fetch a command."""


class NotMigrated(ConcordiaError):
    """A table, column or function that a library's migrations make is missing. The cause is psycopg's error."""


class MigrationError(ConcordiaError):
    """Migrations cannot be applied, or one failed. Says which, why and what to do, without a value of a row."""


class OutcomeUnknown(ConcordiaError):
    """The connection was lost, or a deadline passed, during a command or a COMMIT. It may or may not be done.

    The cause is psycopg's error or DeadlineExceeded.
    """


class NoConnection(ConcordiaError):
    """A database had no connection for a call: none was free in time, or too many callers were waiting already.

    Nothing was run. If no connection could be made, the cause says why.
    """


class DeadlineExceeded(ConcordiaError):
    """A call did not end in time. Names the query, and how long it waited for a connection and for the server.

    The query was cancelled, and a command wrote nothing. If that is not known, OutcomeUnknown is raised instead.
    """

    def __init__(self, message: str, *, waited: float, ran: float) -> None:
        super().__init__(message)
        self.waited = waited
        """The seconds that it waited for a connection."""
        self.ran = ran
        """The seconds that it waited for the server."""


class Refused(ConcordiaError):
    """A rule forbids the command. Nothing was written; a transaction around it is rolled back."""

    def __init__(self, message: str, *, reason: str, found: str | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        """The rule, as one of the words that the command's docstring lists."""
        self.found = found
        """The state that the row had, if the rule is about states."""


class Conflict(ConcordiaError):
    """Another row has the same unique key. Nothing was written. The cause is psycopg's error."""

    def __init__(
        self, message: str, *, columns: tuple[str, ...], row: int | None = None, deleted: bool = False
    ) -> None:
        super().__init__(message)
        self.columns = columns
        """The columns of the key."""
        self.row = row
        """The number of the row, counted from 0, if the command was given many."""
        self.deleted = deleted
        """Whether the other row is soft-deleted. It holds the key until it is restored or purged."""


class MissingReference(ConcordiaError):
    """A row that the command refers to does not exist. Nothing was written. The cause is psycopg's error."""

    def __init__(self, message: str, *, columns: tuple[str, ...], row: int | None = None) -> None:
        super().__init__(message)
        self.columns = columns
        """The columns that refer to it."""
        self.row = row
        """The number of the row, counted from 0, if the command was given many."""
