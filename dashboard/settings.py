"""All settings, in reading order. The environment is read here and nowhere else; `.env.example` lists it."""

import os
import tempfile
import zlib
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import dj_database_url
from environs import Env
from marshmallow.validate import OneOf, Range, Regexp
from pythonjsonlogger.core import RESERVED_ATTRS

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()
env.read_env(str(BASE_DIR / ".env"), recurse=False)

# Where things are kept ---------------------------------------------------------------------------------

# Everything that Parzen writes: database, broker, caches, logs, the generated secret key.
VAR_DIR = Path(env.str("PARZEN_VAR_DIR", str(BASE_DIR / "var"))).resolve()
# Datasets that people bring, such as mnist.npz. Only read.
DATA_DIR = Path(env.str("PARZEN_DATA_DIR", str(BASE_DIR / "data"))).resolve()
# Datasets that people upload. Web servers, housekeeping and workers have to share this folder.
UPLOAD_DIR = Path(env.str("PARZEN_UPLOAD_DIR", str(VAR_DIR / "uploads"))).resolve()
# The largest file that may be uploaded, in megabytes.
UPLOAD_MB = env.int("PARZEN_UPLOAD_MB", 2_000, validate=Range(min=1))
CACHE_DIR = VAR_DIR / "cache"
# Saved epochs of trials that run. Where the hosts of a team share this folder, a trial that one of them loses
# goes on at another; else only at the same one.
CHECKPOINT_DIR = Path(env.str("PARZEN_CHECKPOINT_DIR", str(VAR_DIR / "checkpoints"))).resolve()


def artifact_storage(place: str) -> dict[str, Any]:
    """Where trained networks are kept: a folder, or s3://bucket/prefix?endpoint=https://host."""
    if not place.startswith("s3://"):
        return {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(Path(place).resolve()), "file_permissions_mode": 0o600},
        }
    url = urlsplit(place)
    endpoint = parse_qs(url.query).get("endpoint", [None])[0]
    options = {"bucket_name": url.netloc, "location": url.path.strip("/"), "endpoint_url": endpoint}
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options | {"file_overwrite": False}}


# Security ----------------------------------------------------------------------------------------------

DEBUG = env.bool("PARZEN_DEBUG", False)
SECRET_KEY_FILE = VAR_DIR / "secret-key"
# An empty key makes Django refuse to sign anything; `manage.py up` writes the file on first start.
SECRET_KEY = env.str("PARZEN_SECRET_KEY", "") or (
    SECRET_KEY_FILE.read_text().strip() if SECRET_KEY_FILE.is_file() else ""
)
IS_SECRET_KEY_MISSING = not SECRET_KEY
ALLOWED_HOSTS = env.list("PARZEN_ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("PARZEN_TRUSTED_ORIGINS", [])
# True behind TLS: cookies are then sent over https only.
HTTPS = env.bool("PARZEN_HTTPS", False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
# Load balancers ask over plain http, and see nothing there that needs to be kept.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SESSION_COOKIE_AGE = 7 * 24 * 3600
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
    }
}

# Application -------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "dashboard",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "csp",
    "axes",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # docs/decisions/0013-compression.md says why that is safe
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "dashboard.web.middleware.audit",
    "axes.middleware.AxesMiddleware",
    # Nobody sees or changes anything without signing in; views that need no sign-in say so.
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "dashboard.urls"
WSGI_APPLICATION = "dashboard.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "dashboard.context.page_frame",
            ],
            "builtins": ["dashboard.templatetags.format"],
        },
    }
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
# Guessing: so many wrong passwords for one name from one address, and that address waits. The owner of the
# name still comes in from elsewhere, so nobody can lock anybody out.
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "account/locked.html"
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True  # the audit log has it
AXES_USERNAME_CALLABLE = "dashboard.web.middleware.name_tried"
AXES_CLIENT_IP_CALLABLE = "dashboard.web.middleware.address_of"
AXES_VERBOSE = False
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "study-list"
LOGOUT_REDIRECT_URL = "account_login"

# Accounts ----------------------------------------------------------------------------------------------

# Whether anybody who reaches Parzen may make an account; else accounts come from invitations.
OPEN_SIGN_UP = env.bool("PARZEN_OPEN_SIGN_UP", False)
ACCOUNT_ADAPTER = "dashboard.people.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[Parzen] "
# Told by mail when a password, an address or a second factor changes.
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
# Wrong codes of one person's second factor. Wrong passwords are django-axes' business alone (adapters.py).
ACCOUNT_RATE_LIMITS = {"login_failed": "10/15m/key"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Parzen"
MFA_TOTP_TOLERANCE = 1  # clocks of phones
# Browsers take http://localhost for safe; the library does not.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
# Single sign-on: whoever the provider lets in has an account here.
SOCIALACCOUNT_ADAPTER = "dashboard.people.adapters.SingleSignOnAdapter"
OIDC_URL = env.str("PARZEN_OIDC_URL", "")
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {"openid_connect": {"APPS": []}}
if OIDC_URL:
    SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"] = [
        {
            "provider_id": "sso",
            "name": env.str("PARZEN_OIDC_NAME", "single sign-on"),
            "client_id": env.str("PARZEN_OIDC_CLIENT_ID"),
            "secret": env.str("PARZEN_OIDC_SECRET"),
            "settings": {"server_url": OIDC_URL, "oauth_pkce_enabled": True},
        }
    ]
    # Browsers hold a form to this also where its answer leads elsewhere.
    _issuer = urlsplit(OIDC_URL)
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"].append(f"{_issuer.scheme}://{_issuer.netloc}")

# Mail and webhooks --------------------------------------------------------------------------------------

# Without a server, mails stand in the log of the web server.
EMAIL_HOST = env.str("PARZEN_SMTP_HOST", "")
EMAIL_PORT = env.int("PARZEN_SMTP_PORT", 587)
EMAIL_HOST_USER = env.str("PARZEN_SMTP_USER", "")
EMAIL_HOST_PASSWORD = env.str("PARZEN_SMTP_PASSWORD", "")
EMAIL_USE_TLS = env.bool("PARZEN_SMTP_TLS", True)
EMAIL_TIMEOUT = 10
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'console'}.EmailBackend"
DEFAULT_FROM_EMAIL = env.str("PARZEN_MAIL_FROM", "parzen@localhost")
# Webhooks may then lead into private networks, too: for who knows everybody here.
WEBHOOKS_PRIVATE = env.bool("PARZEN_WEBHOOKS_PRIVATE", False)

# Language and forms ------------------------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000  # a form of 300 knobs has several fields each
# Files go to the disk as they come, and only at the one address that takes any.
FILE_UPLOAD_HANDLERS = ["dashboard.web.uploads.UploadToDisk"]

# Database ----------------------------------------------------------------------------------------------

DATABASE_URL = env.str("DATABASE_URL", "") or f"sqlite:///{VAR_DIR / 'parzen.sqlite3'}"
_database: dict[str, Any] = dict(
    dj_database_url.parse(DATABASE_URL, conn_max_age=60, conn_health_checks=True)
)
if _database["ENGINE"] == "django.db.backends.sqlite3":
    # Readers never block (WAL), and writers queue for up to 20 s instead of failing at once (IMMEDIATE).
    _database["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        " PRAGMA journal_size_limit=27103364; PRAGMA cache_size=2000;",
    }
    # Tests share the file with real workers, so it cannot live in memory.
    _database["TEST"] = {"NAME": env.str("PARZEN_TEST_DATABASE", "") or str(VAR_DIR / "test.sqlite3")}
elif _database["ENGINE"] == "django.db.backends.postgresql":
    # A worker that waits for a database must notice before its lease is over.
    _database["OPTIONS"] = {
        "connect_timeout": 5,
        # A cable that was cut says nothing: give up on it in time, too.
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 2,
        "tcp_user_timeout": 15_000,
        "options": "-c statement_timeout=15s -c lock_timeout=5s -c idle_in_transaction_session_timeout=60s",
    }
DATABASES = {"default": _database}

# What web processes count together: wrong codes of a second factor, sign-ins a minute, guesses of a link's
# password. In the database, so that a restart forgets none of it; normal pages never look there.
# `local` is for what each process may know for itself.
CACHES: dict[str, Any] = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "dashboard_cache",
        # Past these, old entries go, and a flood of other keys must not make them go.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    "local": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        # An entry for each study of the list, of less than a kilobyte.
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    },
}

# Queue -------------------------------------------------------------------------------------------------

BROKER_SOCKET = VAR_DIR / "broker.sock"
if len(str(BROKER_SOCKET)) > 100:  # the system allows 108 characters
    BROKER_SOCKET = Path(tempfile.gettempdir()) / f"parzen-{zlib.crc32(str(VAR_DIR).encode()):08x}.sock"
REDIS_URL = env.str("REDIS_URL", "")
CELERY_BROKER_URL = REDIS_URL or f"redis+socket://{BROKER_SOCKET}"
CELERY_TASK_IGNORE_RESULT = True  # SQL is the only truth
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_DEFAULT_QUEUE = "trials.cpu"
CELERY_TASK_ROUTES = {
    "dashboard.tasks.run_maintenance": {"queue": "housekeeping"},
    "dashboard.tasks.send_notifications": {"queue": "housekeeping"},
    "dashboard.tasks.read_uploads": {"queue": "housekeeping"},
    "dashboard.tasks.answer_predictions": {"queue": "housekeeping"},
    "dashboard.tasks.measure_costs": {"queue": "housekeeping"},
}
# Acknowledge early: the lease in the database brings lost work back, and late acknowledgement on Redis
# would start every training that outlives the visibility timeout a second time.
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_DISABLE_PREFETCH = True
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 86_400,
    "socket_timeout": 30,
    "socket_connect_timeout": 2,
    "health_check_interval": 25,
}
# A web request must not hang on a dead broker.
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_max": 0.2}
CELERY_BEAT_SCHEDULE = {
    "run maintenance": {"task": "dashboard.tasks.run_maintenance", "schedule": 5.0},
    "send notifications": {
        "task": "dashboard.tasks.send_notifications",
        "schedule": 5.0,
        "options": {"expires": 10},
    },
    "answer predictions": {
        "task": "dashboard.tasks.answer_predictions",
        "schedule": 5.0,
        "options": {"expires": 10},
    },
    "measure costs": {"task": "dashboard.tasks.measure_costs", "schedule": 5.0, "options": {"expires": 10}},
    "read uploads": {"task": "dashboard.tasks.read_uploads", "schedule": 5.0, "options": {"expires": 10}},
}

# Trainings ---------------------------------------------------------------------------------------------

CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
# Trainings at once on this machine; each takes about 0.8 GB of memory.
SLOTS = env.int("PARZEN_SLOTS", min(CORES, 8), validate=Range(min=1, max=256))
THREADS_PER_TRIAL = max(1, CORES // SLOTS)
# Which studies the worker of this machine trains: those of these queues.
QUEUES = env.str("PARZEN_QUEUES", "cpu", validate=Regexp(r"^[\w-]+(,[\w-]+)*$")).split(",")
# A worker that cannot renew its lease for this long loses its trial to another attempt.
LEASE_SECONDS = env.int("PARZEN_LEASE_SECONDS", 60, validate=Range(min=4))
# Seconds between two saves of a training at least: how much of it a lost worker costs.
CHECKPOINT_SECONDS = env.float("PARZEN_CHECKPOINT_SECONDS", 10, validate=Range(min=0))
# Whether people with the right to may train with Python files of their own. They run as the worker's user.
OWN_CODE = env.bool("PARZEN_OWN_CODE", False)
# What `make install` adds for them; each has a file of pinned versions in deploy/.
PACKAGES: list[str] = env.list("PARZEN_PACKAGES", [])
# Only operations whose results are the same each time: on GPUs slower, on CPUs all of them are.
DETERMINISTIC = env.bool("PARZEN_DETERMINISTIC", False)
# Above this a training is ended as out of memory. 0: no limit.
TRIAL_MEMORY_MB = env.int("PARZEN_TRIAL_MEMORY_MB", 0, validate=Range(min=0))

# Web server and static files ---------------------------------------------------------------------------

HOST = env.str("PARZEN_HOST", "127.0.0.1")
PORT = env.int("PARZEN_PORT", 8000, validate=Range(min=1, max=65_535))
# How people reach Parzen, for links in mails.
PUBLIC_URL = env.str("PARZEN_PUBLIC_URL", f"http://{HOST}:{PORT}").rstrip("/")
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "dashboard.web.bundles.BundledStorage"},
    "artifacts": artifact_storage(env.str("PARZEN_ARTIFACTS", "") or str(VAR_DIR / "artifacts")),
}

# HTTP API ------------------------------------------------------------------------------------------------

# Requests in a minute that each web process takes from one token.
API_RATE = env.int("PARZEN_API_RATE", 30_000, validate=Range(min=1))

# Monitoring --------------------------------------------------------------------------------------------

# Lets Prometheus read /metrics; without it only staff may.
METRICS_TOKEN = env.str("PARZEN_METRICS_TOKEN", "")

# Logging -----------------------------------------------------------------------------------------------

# line: for people. json: one object a line, for what collects logs.
LOG_FORMAT = env.str("PARZEN_LOG_FORMAT", "line", validate=OneOf(["line", "json"]))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"context": {"()": "dashboard.logs.ContextFilter"}},
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s%(about)s"},
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "format": ["levelname", "name", "message"],
            "style": "sequence",
            "rename_fields": {"levelname": "level", "name": "logger", "exc_info": "traceback"},
            "reserved_attrs": [*RESERVED_ATTRS, "about"],
            "timestamp": "time",
        },
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["context"]}
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"dashboard": {"level": env.str("PARZEN_LOG_LEVEL", "INFO")}, "celery": {"level": "WARNING"}},
}
env.seal()
