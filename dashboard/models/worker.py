from django.db import models


class Worker(models.Model):
    """A worker process that said it is there, and until when one may believe it."""

    name = models.CharField(max_length=150, unique=True)
    n_slots = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    alive_until = models.DateTimeField()

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name
