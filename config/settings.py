"""Settings of the whole house, read once from the environment and typed.

``manage.py`` and the test plugin put the addresses of the embedded services into the environment before this module is
read; with ``DATABASE_URL``, ``OWNER_DATABASE_URL`` and ``REDIS_URL`` set, those servers are used instead.
"""

import os
from pathlib import Path

import environ

from core.data_files import read_yaml

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(environ.Env().str("VAR_DIR", default=str(BASE_DIR / "var")))
env = environ.Env()

DEBUG = env.bool("DEBUG", default=False)
TESTING = env.bool("TESTING", default=False)
# The pages say that the data are invented wherever the demonstration has been run.
DEMO = env.bool("DEMO", default=not TESTING and (VAR_DIR / "demo-summary.json").exists())


def _secret(name: str) -> str:
    """A secret from the environment, else one made at random for this installation and kept in ``var/``."""
    if value := env.str(name, default=""):
        return str(value)
    import secrets

    VAR_DIR.mkdir(parents=True, exist_ok=True)
    path = VAR_DIR / f"{name.lower()}.secret"
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return path.read_text()
    value = secrets.token_urlsafe(48)
    with os.fdopen(handle, "w") as file:
        file.write(value)
    return value


SECRET_KEY = _secret("SECRET_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

COUNTRY_PACK_DIR = BASE_DIR / "config" / "countries" / env.str("COUNTRY_PACK", default="lesotho")
VERSION = "0.1.0"
SERVICE_NAME = env.str("SERVICE_NAME", default="Social protection registry")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "treebeard",
    "guardian",
    "pgtrigger",
    "pghistory",
    "rest_framework",
    "drf_spectacular",
    "core",  # before allauth, whose pages it replaces
    "allauth",
    "allauth.account",
    "axes",
    "django_htmx",
    "csp",
    "registry",
    "eligibility",
    "payments",
    "grievances",
    "reporting",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "core.middleware.LargestUploadMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
    "core.middleware.IdleMiddleware",
    "core.middleware.ActorMiddleware",
    "core.middleware.ReaderLanguageMiddleware",
    "core.middleware.PrivatePagesMiddleware",
    "core.middleware.ReadOnlyGetMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "core.context_processors.furniture",
            ],
        },
    }
]


def _database(url_name: str, *, pool: bool = False) -> dict[str, object]:
    """One connection's settings; the pool only in the web process, since a forked child must not inherit it."""
    parsed = dict(env.db_url(url_name, default="postgresql://registry_app@localhost/registry"))
    parsed["ENGINE"] = "django.db.backends.postgresql"
    parsed["ATOMIC_REQUESTS"] = False
    options = dict(parsed.get("OPTIONS") or {})
    if pool:
        options["pool"] = {"min_size": 1, "max_size": env.int("DATABASE_POOL_SIZE", default=8)}
    parsed["OPTIONS"] = options
    parsed["CONN_MAX_AGE"] = 0 if pool else 60
    parsed["CONN_HEALTH_CHECKS"] = not pool
    parsed["DISABLE_SERVER_SIDE_CURSORS"] = False
    return parsed


_WEB = env.bool("WEB_PROCESS", default=False)
DATABASES = {
    "default": _database("DATABASE_URL", pool=_WEB),
    # The log of reads of personal data is written on a connection of its own, before the answer goes out.
    "reads": _database("DATABASE_URL", pool=_WEB),
    # Owns the tables: migrations, the country pack's bootstrap and tests that empty tables. Never used by a page.
    "owner": _database("OWNER_DATABASE_URL"),
}
DATABASE_ROUTERS = ["core.routers.MigrateAsOwner"]
DATABASE_APP_ROLE = DATABASES["default"].get("USER") or "registry_app"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="redis://localhost:6379/0")
CACHE_URL = env.str("CACHE_URL", default=REDIS_URL)
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": CACHE_URL}}

# --- people and sign-in -------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "guardian.backends.ObjectPermissionBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "core.accounts.NoSignUpAdapter"
ACCOUNT_RATE_LIMITS = {"login_failed": "30/5m/ip"} if not TESTING else False
# Machines in district offices are shared: nobody stays signed in after the browser closes.
ACCOUNT_SESSION_REMEMBER = False
LOGIN_REDIRECT_URL = "core:home"
LOGIN_URL = "account_login"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ANONYMOUS_USER_NAME = None
GUARDIAN_RAISE_403 = True
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_FORM_FIELD = "login"
AXES_ENABLED = not TESTING
AXES_VERBOSE = False
AXES_LOCKOUT_TEMPLATE = "core/errors/locked_out.html"

SESSION_COOKIE_AGE = env.int("SESSION_COOKIE_AGE", default=8 * 3600)
# Without anything opened or sent for this long, a person is signed out.
SESSION_IDLE_SECONDS = env.int("SESSION_IDLE_SECONDS", default=30 * 60)
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
HTTPS = env.bool("HTTPS", default=False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "core.views.errors.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "manifest-src": ["'self'"],
    }
}

# --- time, language -------------------------------------------------------------------------------------------------
USE_TZ = True
# Business dates are those of the country: the pack names its time zone.
TIME_ZONE = env.str("TIME_ZONE", default=read_yaml(COUNTRY_PACK_DIR / "pack.yaml")["time_zone"])
USE_I18N = True
LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]

# --- files and static -----------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = env.str("STATIC_ROOT", default="") or None  # served from where they are built; collecting is optional
STATICFILES_DIRS = [path for path in [BASE_DIR / "static" / "build"] if path.is_dir()]
WHITENOISE_USE_FINDERS = True
FILES_DIR = Path(env.str("FILES_DIR", default=str(VAR_DIR / "files")))
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
FILE_UPLOAD_TEMP_DIR = None
# No request brings more than this; what says that it does is answered before anything of it is read.
LARGEST_UPLOAD_MB = env.int("LARGEST_UPLOAD_MB", default=400)
# How long a file of rows to correct, which holds personal data, can be fetched.
CORRECTED_COPY_DAYS = env.int("CORRECTED_COPY_DAYS", default=14)

# --- jobs -----------------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_DEFAULT_QUEUE = env.str("CELERY_QUEUE", default="registry")
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "core.sweep_jobs", "schedule": 5.0},
    "outbox": {"task": "core.deliver_outbox", "schedule": 10.0},
    "device_forms": {"task": "registry.take_in_device_forms", "schedule": 10.0},
    "seal": {"task": "core.seal_audit", "schedule": 300.0},
    "figures": {"task": "reporting.refresh", "schedule": 3600.0},
    "partitions": {"task": "core.open_partitions", "schedule": 24 * 3600.0},
    "appointments": {"task": "core.sync_appointments", "schedule": 3600.0},
    "cases": {"task": "grievances.name_where_nobody_is", "schedule": 3600.0},
    "api_use": {"task": "core.note_api_use", "schedule": 300.0},
    "answers": {"task": "core.sweep_answers", "schedule": 24 * 3600.0},
    "visits": {"task": "registry.close_visits", "schedule": 600.0},
    "overdue": {"task": "eligibility.note_overdue", "schedule": 24 * 3600.0},
    "files": {"task": "core.erase_files", "schedule": 24 * 3600.0},
    "drafts": {"task": "registry.expire_drafts", "schedule": 3600.0},
    "trials": {"task": "registry.expire_trials", "schedule": 3600.0},
    "sessions": {"task": "core.clear_sessions", "schedule": 24 * 3600.0},
}
JOB_LEASE_SECONDS = env.int("JOB_LEASE_SECONDS", default=20)
JOB_HEARTBEAT_SECONDS = env.int("JOB_HEARTBEAT_SECONDS", default=4)
JOBS_SIDE_BY_SIDE = env.bool("JOBS_SIDE_BY_SIDE", default=(os.cpu_count() or 1) > 1)

# --- history --------------------------------------------------------------------------------------------------------
PGHISTORY_APPEND_ONLY = False  # core.history adds its own guard
PGHISTORY_OBJ_FIELD = None
PGTRIGGER_MIGRATIONS = True

# --- the API under /api/v1 ------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["core.api.signing_in.TokenSignIn", "core.api.signing_in.SessionSignIn"],
    "DEFAULT_PERMISSION_CLASSES": ["core.api.holding.Holds"],
    "DEFAULT_THROTTLE_CLASSES": ["core.api.throttling.PerMinute"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "core.api.problems.handle",
    "UNAUTHENTICATED_USER": None,
}
API_REQUESTS_PER_MINUTE = env.int("API_REQUESTS_PER_MINUTE", default=20_000)
API_LARGEST_BODY = env.int("API_LARGEST_BODY", default=2 * 1024 * 1024)
# Phones are told to split what they send into posts of the first size; one large photograph may make a larger post.
DEVICE_POST_ADVISED = env.int("DEVICE_POST_ADVISED", default=10 * 1024 * 1024)
DEVICE_POST_LARGEST = env.int("DEVICE_POST_LARGEST", default=32 * 1024 * 1024)
# The Java that ODK Validate runs on before a questionnaire is published: "auto" looks for one, empty does without.
ODK_VALIDATE_JAVA = env.str("ODK_VALIDATE_JAVA", default="auto")
SPECTACULAR_SETTINGS = {
    "TITLE": SERVICE_NAME,
    "DESCRIPTION": "Households of the register: send them in, read them, follow what changes. See docs/api.md.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "POSTPROCESSING_HOOKS": ["registry.api.schema.add_columns"],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
}
EMAIL_BACKEND = env.str("EMAIL_BACKEND", default="django.core.mail.backends.console.EmailBackend")
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]
