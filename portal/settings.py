"""Settings of the portal, read from the environment; every name is listed in .env.example."""

import hashlib
import hmac
import os
from pathlib import Path

import dj_database_url
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from portal.lib import secrets
from portal.lib.environment import flag, listed

# --- Where we are ---------------------------------------------------------------------------------------------

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("VAR_DIR", BASE_DIR / "var"))
VAR_DIR.mkdir(parents=True, exist_ok=True)

DEBUG = flag("DEBUG", False)
# Off only where the portal is opened by http://, as on the laptop of `make run`.
HTTPS = flag("HTTPS", not DEBUG)
DEMO_PASSWORD = os.environ.get("DEMO_PASSWORD", "demo-only")

# --- Secrets --------------------------------------------------------------------------------------------------

SECRETS = secrets.load(VAR_DIR / "secrets.env")
SECRET_KEY = SECRETS["SECRET_KEY"]
# The first key encrypts, all decrypt: put a new one in front to rotate.
FIELD_KEYS = SECRETS["FIELD_KEYS"].split(",")
LOOKUP_KEY = SECRETS["LOOKUP_KEY"]
# Sign the codes of entry passes: the first signs, all are understood. Without any, one follows from the lookup key.
PASS_KEYS = listed("PASS_KEYS") or [hmac.new(LOOKUP_KEY.encode(), b"passes", hashlib.sha256).hexdigest()]

# --- Hosts and headers ----------------------------------------------------------------------------------------

ALLOWED_HOSTS = listed("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = listed("CSRF_TRUSTED_ORIGINS")
BEHIND_PROXY = flag("BEHIND_PROXY", False)
# Of the addresses a proxy forwards only the last is its own word; the others may be invented.
ALLAUTH_TRUSTED_PROXY_COUNT = int(BEHIND_PROXY)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

SECURE_SSL_REDIRECT = HTTPS
# Watchdogs ask from inside, without a certificate.
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_ENGINE = "portal.sessions"
SESSION_COOKIE_AGE = 14 * 60 * 60  # a long shift and the way home
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "media-src": [SELF, "blob:"],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    }
}

# --- Apps -----------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "portal",
    "portal.accounts",
    "portal.jobs",
    "residents",
    "deployments",
    "checkpoints",
    "portal.reports",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "crispy_bootstrap5",
    "template_partials",
    "django_htmx",
    "django_filters",
    "csp",
    "portal.accounts.admin_config.OperatorAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "portal.headers.Policy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # After whitenoise, whose files are compressed beforehand; Django pads the answer against BREACH.
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "portal.sessions.WhoMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "portal.middleware.Doorman",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["portal.templatetags.portal", "django.templatetags.i18n", "django.templatetags.static"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context.frame",
            ],
        },
    }
]

CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- Data -----------------------------------------------------------------------------------------------------

DATABASES = {"default": dj_database_url.parse(os.environ.get("DATABASE_URL") or f"sqlite:///{VAR_DIR}/portal.sqlite3")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        # A writer waits for its turn instead of failing half-way through a transaction.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA mmap_size=134217728;PRAGMA journal_size_limit=27103364;"
        ),
    }
else:
    DATABASES["default"] |= {"ENGINE": "portal.lib.postgresql", "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    # A server that vanished from the network is noticed in 2.5 s, not in a quarter of an hour.
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": 2,
        "tcp_user_timeout": 2500,
        "keepalives_idle": 2,
        "keepalives_interval": 1,
        "keepalives_count": 2,
    } | DATABASES["default"].get("OPTIONS", {})
    # To compile a statement that looks long takes a second and more, and the longest of ours run for a fraction of one.
    # Empty PGOPTIONS: a pooler that takes no options.
    if said := os.environ.get("PGOPTIONS", " "):
        DATABASES["default"]["OPTIONS"].setdefault("options", f"{said} -c jit=off".strip())
# Off behind a pooler that gives each transaction another connection.
PREPARED_STATEMENTS = flag("PREPARED_STATEMENTS", True)

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHE_URL = os.environ.get("CACHE_URL", "")
CACHES = {
    "default": {
        "BACKEND": "portal.lib.cache.SturdyRedisCache",
        "LOCATION": CACHE_URL,
        # Redis that does not answer at once counts as away.
        "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 0.5},
    }
    if CACHE_URL
    else {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": VAR_DIR / "cache"}
}

MEDIA_ROOT = VAR_DIR / "media"
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

# --- Sign-in --------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
AUTHENTICATION_BACKENDS = ["portal.accounts.backends.NameOrPhoneBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

ACCOUNT_ADAPTER = "portal.accounts.adapter.ClosedDoor"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_FORMS = {
    "login": "portal.accounts.forms.sign_in.SignInForm",
    "change_password": "portal.accounts.forms.passwords.NewPasswordForm",
}
# Failed passwords are counted by accounts.services.attempts; all sign-ins of an address, and one office would lock itself out.
ACCOUNT_RATE_LIMITS = {"login": None}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS

# --- Work in the background -----------------------------------------------------------------------------------

CELERY_BROKER_URL = os.environ.get("CELERY_BROKER_URL") or f"sqla+sqlite:///{VAR_DIR}/broker.sqlite3"
# Whoever queues finds out at once that the broker is away.
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {"max_retries": 1, "interval_start": 0, "interval_step": 0.1}
if CELERY_BROKER_URL.startswith("redis"):
    CELERY_BROKER_TRANSPORT_OPTIONS |= {
        # A task that takes longer than this would be given to a second worker: it is stopped before.
        "visibility_timeout": 60 * 60,
        "socket_connect_timeout": 2,
        "socket_keepalive": True,
    }
    # Only for those who queue: a worker whose wait for work is cut short does not come back by itself.
    if QUEUE_SECONDS := float(os.environ.get("QUEUE_SECONDS", "0")):
        CELERY_BROKER_TRANSPORT_OPTIONS["socket_timeout"] = QUEUE_SECONDS
else:
    # The embedded broker is a file that every look-up reads: workers do not chat through it.
    CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_TASK_SOFT_TIME_LIMIT = 45 * 60
CELERY_TASK_TIME_LIMIT = 50 * 60
# The web answers at once when the broker is away; the sweep finds the work later.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE: dict[str, dict[str, object]] = {
    "due": {"task": "portal.tasks.due", "schedule": crontab(), "options": {"expires": 55}},
    # By itself: a bot that hangs keeps nothing else that is due.
    "deliver": {"task": "portal.accounts.tasks.deliver", "schedule": crontab(), "options": {"expires": 55}},
}

# --- Telling people -------------------------------------------------------------------------------------------

# What a message's link begins with, as people outside open the portal; empty: messages leave without links.
PORTAL_ADDRESS = os.environ.get("PORTAL_ADDRESS", "").rstrip("/")
# Bots of one's own network, "bot.example.org" or "127.0.0.1:9000": the only private addresses messages may go to.
OUTGOING_HOSTS = listed("OUTGOING_HOSTS")
# Without a mail server no channel by mail is offered.
EMAIL_HOST = os.environ.get("EMAIL_HOST", "")
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = flag("EMAIL_USE_TLS", False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("EMAIL_FROM", "portal@localhost")

# --- Language and time ----------------------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "portal" / "locale"]
TIME_ZONE = "Asia/Shanghai"
# Initials are told character by character: the phrases of pypinyin would take 44 MB in each process for nothing.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")

# --- Static files ---------------------------------------------------------------------------------------------

STATIC_URL = "static/"
# Nobody else's page has any use for our files.
WHITENOISE_ALLOW_ALL_ORIGINS = False
# A container brings its static files along, outside the volume.
STATIC_ROOT = Path(os.environ.get("STATIC_ROOT", VAR_DIR / "static"))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "portal.lib.staticfiles.ModuleManifestStorage"},
}

# --- Logs -----------------------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL", "INFO")},
}
