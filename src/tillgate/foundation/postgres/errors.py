"""What can go wrong between Tillgate and its PostgreSQL, one class per fact.

`PostgresError` is the root; each message says what happened and what to do about it.
"""


class PostgresError(RuntimeError):
    """The database cannot be used as things are; the message names the cure."""


class BinariesMissing(PostgresError):
    """No PostgreSQL programs were found."""


class WrongVersion(PostgresError):
    """The cluster on disk was made by another major version than the programs at hand."""


class PasswordsLost(PostgresError):
    """There is a cluster, but the file with its passwords is gone or not the right one."""


class FolderUnusable(PostgresError):
    """The data folder cannot be made, or belongs to somebody else."""


class FolderUnreachable(PostgresError):
    """Started by root, and no unprivileged user can reach the folders PostgreSQL needs."""


class CannotStart(PostgresError):
    """initdb or the server failed; the message carries the end of the server's log."""


class StillBusy(PostgresError):
    """Another process is starting or stopping the server and did not finish in time."""


class DatabaseUnknown(PostgresError):
    """No URL is given and no embedded server runs: nothing tells where the database is."""


class BadDatabaseUrl(PostgresError):
    """A database URL in the environment cannot be parsed."""
