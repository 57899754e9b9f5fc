"""The frame around residents, deployments and checkpoints."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
