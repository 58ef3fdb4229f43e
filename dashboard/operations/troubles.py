"""What keeps the machinery from working: a banner on every page that shows studies, each with its remedy."""

from django.conf import settings
from django.core.cache import caches

from dashboard.engine.counters import seconds_since
from dashboard.engine.hints import hint_queue, is_broker_up
from dashboard.engine.queues import n_slots, unserved_queues
from dashboard.models import CountedEvent
from dashboard.wording import duration

NO_WORKER = "No workers are running, so trials cannot start"
START_WORKER = (
    "Run `make run` to start one, or on another host that can reach the same database and broker run "
    "`.venv/bin/python -m celery -A dashboard worker -P threads -Q {queue}`"
)
START_BROKER = "Check that `make run` is running, or that the server in REDIS_URL is up"
START_HOUSEKEEPING = (
    "Check that `make run` is running, or run "
    "`.venv/bin/python -m celery -A dashboard worker -P solo -B -Q housekeeping`"
)
# Seconds without a round. One is due every five, and workers stand in after thirty.
HOUSEKEEPING_LATE = 60
# Every open page asks; a dead broker need not be asked each time.
BROKER_ASKED_FOR = 5


def troubles() -> list[str]:
    found = []
    for queue in unserved_queues():
        remedy = START_WORKER.format(queue=hint_queue(queue))
        what = f"No workers serve the queue {queue}, so its studies are waiting" if n_slots() else NO_WORKER
        found.append(f"{what}. {remedy}. Studies then continue automatically.")
    if not is_broker_known_to_be_up():
        found.append(
            "The broker is not responding. No work is lost: workers check for new work every "
            f"{duration(settings.LEASE_SECONDS / 6)}. {START_BROKER}."
        )
    age = seconds_since(CountedEvent.HOUSEKEEPING)
    if age is not None and age > HOUSEKEEPING_LATE:
        found.append(
            f"Maintenance has not run for {duration(age)}, so trials of lost workers are not retried "
            f"and time limits are not enforced. {START_HOUSEKEEPING}."
        )
    return found


def is_broker_known_to_be_up() -> bool:
    """What was found out in the last seconds, by this process."""
    return bool(caches["local"].get_or_set("is-broker-up", is_broker_up, BROKER_ASKED_FOR))
