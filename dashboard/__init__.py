"""The web application: what people see and the database keeps."""

# Tasks find their application whichever process loads them.
from dashboard.celery import app as celery_app

__all__ = ["celery_app"]
