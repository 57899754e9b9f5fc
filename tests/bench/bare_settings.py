"""The portal's models and database, and for the rest what `startproject` writes."""

from portal.settings import *  # noqa: F403
from portal.settings import DATABASES, INSTALLED_APPS

DEBUG = False
# allauth insists on a middleware of its own, and the admin on allauth.
INSTALLED_APPS = [app for app in INSTALLED_APPS if not app.startswith(("allauth", "portal.accounts.admin"))]
ROOT_URLCONF = "tests.bench.bare"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SECURE_SSL_REDIRECT = False
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
# Persistent like the portal's, and never asked whether it lives.
DATABASES["default"]["CONN_HEALTH_CHECKS"] = False
