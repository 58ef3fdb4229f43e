from django.db import models
from django.db.models.functions import Now


class Worker(models.Model):
    """A worker process that said it is there, and until when one may believe it."""

    # The host and the process: "node-a:4711".
    name = models.CharField(max_length=150, unique=True)
    # The queues that it serves, with commas between them.
    queue = models.CharField(max_length=200, default="cpu")
    n_slots = models.PositiveIntegerField()
    # What the results may depend on, as {"keras": "3.15.1"}.
    versions = models.JSONField(default=dict)
    started_at = models.DateTimeField()

    # What each heartbeat brings; memory in bytes.
    heartbeat_at = models.DateTimeField(db_default=Now())
    alive_until = models.DateTimeField()
    host_memory_used = models.PositiveBigIntegerField(null=True, blank=True)
    host_memory_total = models.PositiveBigIntegerField(null=True, blank=True)
    # Of the worker and the fork server of its trainings.
    memory = models.PositiveBigIntegerField(null=True, blank=True)
    # Of each training: [{"trial": 17, "attempt": 1, "memory": 812000000}].
    trainings = models.JSONField(default=list)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    @property
    def host(self) -> str:
        return self.name.rpartition(":")[0] or self.name

    @property
    def pid(self) -> str:
        return self.name.rpartition(":")[2]


def slot_name(worker: str, number: int) -> str:
    """What an attempt says about who trains it: "node-a:4711 / 2"."""
    return f"{worker} / {number}"


def slot_words(name: str) -> str:
    """The same for people: "node-a, process 4711, slot 2"."""
    worker, number = split_slot_name(name)
    host, _, pid = worker.rpartition(":")
    if number is None or not host or not pid.isdecimal():
        return name
    return f"{host}, process {pid}, slot {number}"


def split_slot_name(name: str) -> tuple[str, int | None]:
    """The worker and the number of its slot, where the name has one."""
    worker, _, number = name.rpartition(" / ")
    return (worker, int(number)) if worker and number.isdecimal() else (name, None)
