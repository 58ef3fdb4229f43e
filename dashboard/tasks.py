"""Celery entry points: load, call, nothing else."""

from celery import shared_task

from dashboard.services import costs, datasets, housekeeping, predictions, sending, watching


@shared_task
def work() -> None:
    """Somebody thinks that there is work for a slot of this worker."""
    from dashboard.workers.slots import run_trials  # noqa: PLC0415 (only workers load this)

    run_trials()


@shared_task
def keep_house() -> None:
    housekeeping.keep_house()


@shared_task
def tell_people() -> None:
    watching.collect_news()
    sending.send_due()


@shared_task
def read_uploads() -> None:
    while datasets.read_next():
        pass


@shared_task
def answer_predictions() -> None:
    while predictions.answer_next_prediction():
        pass


@shared_task
def measure_costs() -> None:
    while costs.answer_next_cost():
        pass
