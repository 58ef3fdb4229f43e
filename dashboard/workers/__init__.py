"""What runs inside a Celery worker: slots that claim trials, and a supervisor for each training."""
