"""The one exception of this package."""


class ServiceError(RuntimeError):
    """PostgreSQL or Valkey could not be found, started or stopped; the message says what to do."""
