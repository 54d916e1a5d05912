"""Django's settings; what differs between installations is read from the environment through `dashboard.env`."""

from __future__ import annotations

from csp.constants import NONE, SELF

from dashboard import env
from dashboard.databases import database
from dashboard.logs import logging_config

env.load_dotenv()

BASE_DIR = env.BASE_DIR
DATA_DIR = env.data_dir()
RUN_DIR = env.run_dir()
REDIS_URL = env.redis_url()
SECRET_KEY = env.secret_key()
# Read anew at each use, so that a key added while the console runs counts at once in every process.
SECRETS_KEYS = env.fernet_keys
# Signed checkpoints of the trail: by which keys, into which file, and to which syslog.
AUDIT_KEYS = env.audit_keys
AUDIT_CHECKPOINTS = env.audit_checkpoints()
AUDIT_SYSLOG = env.audit_syslog()
DEBUG = env.flag("DEBUG")

_HOST, _PORT = env.text("HOST", "127.0.0.1"), env.number("PORT", 8000, 1, 65535)
# The first is the one that links printed on the server's console lead to: where it says that it is.
_NAMES = ["127.0.0.1", "localhost", "[::1]"]
if _HOST not in ("0.0.0.0", "::", *_NAMES):  # noqa: S104 - compared, not bound to
    _NAMES.append(_HOST)
ALLOWED_HOSTS = env.listing("ALLOWED_HOSTS", tuple(_NAMES))
# Full origins, scheme and port included: a container published on another port of this machine must not open a socket.
ORIGINS = env.listing("ORIGINS", tuple(f"http://{name}:{_PORT}" for name in ALLOWED_HOSTS if name != "*"))
CSRF_TRUSTED_ORIGINS = ORIGINS
HTTPS = env.flag("HTTPS", bool(ORIGINS) and all(origin.startswith("https:") for origin in ORIGINS))
TRUST_PROXY, TRUSTED_PROXIES = env.flag("TRUST_PROXY"), env.listing("TRUSTED_PROXIES", ("127.0.0.1",))
if TRUST_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
FORCE_SCRIPT_NAME = env.script_name() or None

INSTALLED_APPS = [
    "hosts",
    "dashboard",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "servestatic.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "channels",
    "django.forms",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "servestatic.middleware.ServeStaticMiddleware",
    "csp.middleware.CSPMiddleware",
    "dashboard.middleware.request_id",
    "dashboard.middleware.unkept",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "dashboard.cookies.one_session",
    "dashboard.middleware.SignedIn",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "dashboard.middleware.InWords",
]

ROOT_URLCONF = "dashboard.urls"
ASGI_APPLICATION = "dashboard.asgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

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
                "dashboard.navigation.navigation",
            ],
        },
    }
]

DATABASES = {"default": database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        "BACKEND": "dashboard.cache.Cache",
        "LOCATION": REDIS_URL,
        # What an earlier version has left under other names is never looked at.
        "KEY_PREFIX": "quayside",
        "VERSION": 2,
        "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
    }
}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL], "prefix": "quayside", "serializer_format": "json"},
    }
}

CELERY_BROKER_URL = env.celery_broker_url()
# Whoever can write into Redis must not thereby run code here.
CELERY_TASK_SERIALIZER = CELERY_RESULT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = CELERY_RESULT_ACCEPT_CONTENT = ["json"]
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A job's row says whether it runs, so a late redelivery does nothing; still, don't invite one.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 6 * 3600,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
    "retry_policy": {"timeout": 1.0},
}

AUTH_USER_MODEL = "hosts.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "overview"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "dashboard.accounts.Adapter"
ACCOUNT_FORMS = {"login": "dashboard.sign_in.SignInForm", "change_password": "dashboard.sign_in.NewPasswordForm"}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
# `dashboard.guesses` counts failures, and knows browsers; these count whatever comes, and lock everybody out.
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": None, "change_password": None}
ACCOUNT_PRESERVE_USERNAME_CASING = False

SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
# A browser takes a cookie of such a name by TLS only, and with __Host- from this very name and for all of its paths.
_COOKIES = "" if not HTTPS else "__Secure-" if FORCE_SCRIPT_NAME else "__Host-"
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{_COOKIES}quayside_session", f"{_COOKIES}quayside_csrf"
DEVICE_COOKIE_NAME, LANGUAGE_COOKIE_NAME = f"{_COOKIES}quayside_device", f"{_COOKIES}quayside_language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
# Whatever else is served under this name has no business with them.
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = LANGUAGE_COOKIE_PATH = FORCE_SCRIPT_NAME or "/"
# Another name of this machine, to which links to the ports of its containers lead: cookies don't know ports.
PORTS_HOST = env.host_name("PORTS_HOST")
CSRF_FAILURE_VIEW = "dashboard.pages.errors.csrf_failure"
SECURE_SSL_REDIRECT = HTTPS and env.flag("HTTPS_REDIRECT", True)
# Asked by the machine itself, of the web process and not of the proxy.
SECURE_REDIRECT_EXEMPT = [r"^(.+/)?healthz$"]
SECURE_HSTS_SECONDS = env.number("HSTS_SECONDS", 31_536_000 if HTTPS else 0, 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = env.flag("HSTS_SUBDOMAINS")
# Whether every name below this domain is served by TLS only is the operator's to know: HSTS_SUBDOMAINS says so.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

# What one client, session or person may take; docs/deploy.md says how they were chosen.
LIMIT_HEADER_SECONDS = env.number("LIMIT_HEADER_SECONDS", 15, 1, 3600)
LIMIT_BODY_SECONDS = env.number("LIMIT_BODY_SECONDS", 30, 1, 3600)
LIMIT_STALL_SECONDS = env.number("LIMIT_STALL_SECONDS", 300, 1, 86_400)
LIMIT_BODY_BYTES = env.number("LIMIT_BODY_MIB", 6, 1, 1024) << 20
LIMIT_CONNECTIONS = env.number("LIMIT_CONNECTIONS", 4096, 16, 60_000)
LIMIT_CONNECTIONS_PER_ADDRESS = env.number("LIMIT_CONNECTIONS_PER_ADDRESS", 512, 8, 60_000)
LIMIT_HANDSHAKES_PER_MINUTE = env.number("LIMIT_HANDSHAKES_PER_MINUTE", 1200, 1, 1_000_000)
LIMIT_SOCKETS_PER_SESSION = env.number("LIMIT_SOCKETS_PER_SESSION", 48, 1, 60_000)
LIMIT_SOCKETS_PER_PERSON = env.number("LIMIT_SOCKETS_PER_PERSON", 96, 1, 60_000)
LIMIT_MESSAGES_PER_MINUTE = env.number("LIMIT_MESSAGES_PER_MINUTE", 2400, 60, 1_000_000)

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español")]
LOCALE_PATHS = [BASE_DIR / "dashboard" / "locale"]
TIME_ZONE = env.text("TIME_ZONE", "UTC")
USE_TZ = True

# Of one person's jobs: how many may be queued or running, and how many of them run at once (a worker has 4 threads).
JOBS_PER_PERSON = env.number("JOBS_PER_PERSON", 20, 1, 10_000)
JOBS_RUNNING_PER_PERSON = env.number("JOBS_RUNNING_PER_PERSON", 2, 1, 1000)

# Of all log lines that the console keeps itself.
HISTORY_BYTES = env.number("HISTORY_GB", 10, 1, 1_000_000) * 1_000_000_000

# Whole: Django puts the prefix before a relative one only where it is first asked for in the course of a request.
STATIC_URL = f"{env.script_name()}/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Only what is ours: packages bring scripts that no page uses.
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage" if DEBUG else "dashboard.bundles.Storage"
    },
}
SERVESTATIC_USE_MANIFEST = not DEBUG

LOGGING = logging_config(env.text("LOG_LEVEL", "INFO"))
