"""PostgreSQL and Valkey for people who have none: run from wheels under ``var/``.

    with hold(project_root) as endpoints:
        os.environ.update(environ(endpoints))

No Django here: ``manage.py`` calls this before settings load.
"""

from core.services.endpoints import Endpoints, cache_url, database_settings, environ
from core.services.errors import ServiceError
from core.services.hold import hold
from core.services.roles import bootstrap, grant

__all__ = [
    "Endpoints",
    "ServiceError",
    "bootstrap",
    "cache_url",
    "database_settings",
    "environ",
    "grant",
    "hold",
]
