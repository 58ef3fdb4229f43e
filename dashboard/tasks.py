"""Celery entry points: load, call, nothing else."""

from celery import shared_task

from dashboard.datasets import actions as datasets
from dashboard.discussion import delivery, notifications
from dashboard.engine import maintenance
from dashboard.new_study import costs
from dashboard.winners import actions as winners


@shared_task
def work() -> None:
    """Somebody thinks that there is work for a slot of this worker."""
    from dashboard.engine.worker.slots import run_trials  # noqa: PLC0415 (only workers load this)

    run_trials()


@shared_task
def run_maintenance() -> None:
    maintenance.run_maintenance()


@shared_task
def send_notifications() -> None:
    notifications.collect_notifications()
    delivery.send_due()


@shared_task
def read_uploads() -> None:
    while datasets.read_next():
        pass


@shared_task
def answer_predictions() -> None:
    while winners.answer_next_prediction():
        pass


@shared_task
def measure_costs() -> None:
    while costs.answer_next_cost():
        pass
