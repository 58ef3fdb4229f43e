from django.conf import settings
from django.db import models

from dashboard.models.study import Study
from dashboard.models.trial import Trial


class ShareLink(models.Model):
    """An address that shows a study, or one trial of it. Only a digest of its secret is kept."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="share_links")
    trial = models.ForeignKey(Trial, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    # Hashed like the password of an account; empty where none is asked for.
    password = models.CharField(max_length=128, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    n_views = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"link to {self.study}"
