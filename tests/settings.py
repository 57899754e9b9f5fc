"""Settings of the test run: the portal's own, with quick passwords, plain static files and a place of its own for files."""

import atexit
import os
import shutil
import tempfile

if "PORTAL_TEST_DIR" not in os.environ:
    os.environ["PORTAL_TEST_DIR"] = tempfile.mkdtemp(prefix="portal-test-")
    atexit.register(shutil.rmtree, os.environ["PORTAL_TEST_DIR"], ignore_errors=True)
# Each process of pytest-xdist is a portal of its own; a Celery worker that a test starts shares its test's.
LANE = os.environ.get("PYTEST_XDIST_WORKER", "main")
os.environ["VAR_DIR"] = os.path.join(os.environ["PORTAL_TEST_DIR"], LANE)
os.environ.setdefault("HTTPS", "0")

from portal.settings import *  # noqa: F403
from portal.settings import (
    CELERY_BROKER_TRANSPORT_OPTIONS,
    CELERY_BROKER_URL,
    DATABASES,
    INSTALLED_APPS,
    MIDDLEWARE,
    STORAGES,
    VAR_DIR,
)

(VAR_DIR / "static").mkdir(exist_ok=True)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
ALLOWED_HOSTS = ["*"]

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, as in use: two threads of a test have two connections, and one waits for the other.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL;PRAGMA synchronous=OFF;"

if CELERY_BROKER_URL.startswith("redis"):
    CELERY_BROKER_TRANSPORT_OPTIONS |= {"global_keyprefix": f"portal-test-{LANE}:", "visibility_timeout": 5}

# A query in a loop over the rows of a page fails the test of that page.
INSTALLED_APPS = [*INSTALLED_APPS, "zeal"]
MIDDLEWARE = ["zeal.middleware.zeal_middleware", *MIDDLEWARE]
ZEAL_RAISE = True
