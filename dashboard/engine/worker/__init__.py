"""What runs inside a Celery worker: slots, and a supervisor for each training."""
