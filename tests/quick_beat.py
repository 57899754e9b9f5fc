"""Settings of a worker and a beat that do each second what is else done each minute, and one thing without care."""

from tests.settings import *  # noqa: F403
from tests.settings import CELERY_BEAT_SCHEDULE

CELERY_IMPORTS = ["tests.careless"]
CELERY_BEAT_SCHEDULE = {
    **{name: {**entry, "schedule": 1.0} for name, entry in CELERY_BEAT_SCHEDULE.items()},
    "careless": {"task": "tests.careless.deliver", "schedule": 1.0},
}
