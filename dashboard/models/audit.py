from django.db import models
from django.db.models.functions import Now


class Door(models.TextChoices):
    """How a request for a change came in."""

    WEB = "web", "Page"
    SHELL = "shell", "Command line"
    API = "api", "API"


class AuditEntry(models.Model):
    """Something that a person tried to change, and what came of it. Rows are added, and never changed.

    It refers to nothing by key, so that it outlives whatever it tells of.
    """

    at = models.DateTimeField(db_default=Now())
    who = models.CharField(max_length=150, blank=True)
    # Of the action: study-pause, team-invite ... Of what never reached one, the name of the address.
    action = models.CharField(max_length=50)
    # The page, or the command line.
    path = models.CharField(max_length=300)
    door = models.CharField(max_length=5, choices=Door, default=Door.WEB)
    study_id = models.PositiveBigIntegerField(null=True, blank=True)
    # Of a page's answer, where no action was reached.
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    is_refused = models.BooleanField()
    # Why it was refused, as the person was told.
    reason = models.CharField(max_length=300, blank=True)
    address = models.GenericIPAddressField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "audit entries"
        ordering = ("-id",)
        # Serve the page's filters; newest first is the order of the ids.
        indexes = (
            models.Index(fields=("who", "-id"), name="audit_by_person"),
            models.Index(fields=("study_id", "-id"), name="audit_by_study"),
        )

    def __str__(self) -> str:
        return f"{self.who} {self.action}"
