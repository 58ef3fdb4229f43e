from django.db import models


class CountedEvent(models.TextChoices):
    # A slot got a trial.
    CLAIM = "claim", "claim"
    HOUSEKEEPING = "housekeeping", "maintenance run"
    # A trial was taken from a worker that did not renew its lease.
    LEASE_EXPIRY = "lease_expiry", "lease expiry"
    # Somebody whose trial had another attempt by then wanted to write.
    STALE_WRITE = "stale_write", "stale write"


class EventCounter(models.Model):
    """How often something happened since the installation, how long it took in all, and when it did last."""

    name = models.CharField(max_length=20, choices=CountedEvent, unique=True)
    n = models.PositiveBigIntegerField(default=0)
    seconds = models.FloatField(default=0)
    last_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "event counters"
        ordering = ("name",)

    def __str__(self) -> str:
        return f"{self.name}: {self.n}"
