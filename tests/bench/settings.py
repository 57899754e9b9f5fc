"""Settings of the measurements: those of the tests, without the watch over queries, which would be measured as well."""

from tests.settings import *  # noqa: F403
from tests.settings import DATABASES, INSTALLED_APPS, MIDDLEWARE

INSTALLED_APPS = [app for app in INSTALLED_APPS if app != "zeal"]
MIDDLEWARE = [name for name in MIDDLEWARE if not name.startswith("zeal")]
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # As in use.
    DATABASES["default"]["OPTIONS"]["init_command"] += "PRAGMA synchronous=NORMAL;PRAGMA mmap_size=134217728;"
