from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from dashboard.models.study import Study


class NotificationKind(models.TextChoices):
    """What people can be told about a study that they watch."""

    FINISHED = "finished", "Study finishes or is stopped"
    FAILED = "failed", "Study fails"
    NEW_BEST = "new_best", "New best value"
    ATTENTION = "attention", "Study needs attention: many trials fail"
    COMMENT = "comment", "New comment"


class Watch(models.Model):
    """Somebody wants to be told about a study. The rest says what they know already."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="watches")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="watches")
    # Of the study, when it was last looked at: the same version holds no news.
    version = models.PositiveBigIntegerField()
    state = models.CharField(max_length=10)
    # Number of the best trial, and id of the last comment.
    best = models.PositiveIntegerField(null=True, blank=True)
    comment = models.PositiveBigIntegerField(default=0)
    is_failing = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "watches"
        constraints = (models.UniqueConstraint(fields=("study", "user"), name="watch_once_per_study"),)

    def __str__(self) -> str:
        return f"{self.user} watches {self.study}"


class Notification(models.Model):
    """Something that one person is told. The flags say by which ways it still has to go."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications")
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=NotificationKind)
    text = models.CharField(max_length=300)
    at = models.DateTimeField(db_default=Now())
    is_on_page = models.BooleanField(default=False)
    read_at = models.DateTimeField(null=True, blank=True)
    is_mail_due = models.BooleanField(default=False)
    is_hook_due = models.BooleanField(default=False)
    n_tries = models.PositiveSmallIntegerField(default=0)
    try_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ("-pk",)
        indexes = (
            # Serves the count in every page's frame, and the list behind it.
            models.Index(fields=("user", "read_at", "-id"), name="notification_by_person"),
            # Serves whoever sends.
            models.Index(
                fields=("id",),
                condition=Q(is_mail_due=True) | Q(is_hook_due=True),
                name="notification_to_send",
            ),
        )

    def __str__(self) -> str:
        return self.text


class NotificationPreferences(models.Model):
    """Which kinds of notification reach a person by which channel, as lists of kinds."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notification_preferences"
    )
    page = models.JSONField(default=list)
    mail = models.JSONField(default=list)
    hook = models.JSONField(default=list)
    hook_url = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name_plural = "notification preferences"

    def __str__(self) -> str:
        return f"notification preferences of {self.user}"
