from django.db import models
from django.db.models.functions import Now


class AuditEntry(models.Model):
    """Something that a person tried to change, and what came of it. Rows are added, and never changed.

    It refers to nothing by key, so that it outlives whatever it tells of.
    """

    at = models.DateTimeField(db_default=Now())
    who = models.CharField(max_length=150, blank=True)
    # The name of the address that was posted to: study-pause, team-invite ...
    action = models.CharField(max_length=50)
    path = models.CharField(max_length=300)
    study_id = models.PositiveBigIntegerField(null=True, blank=True)
    status = models.PositiveSmallIntegerField()
    is_refused = models.BooleanField()
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
