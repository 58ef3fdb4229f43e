import datetime as dt

from django.conf import settings
from django.db import models

from dashboard.models.study import Study
from dashboard.models.team import Team
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


class Access(models.TextChoices):
    """What a token may do at most; whose it is may do no more either."""

    READ = "read", "Read"
    TRAIN = "train", "Train trials"
    FULL = "full", "Full access"

    @property
    def rank(self) -> int:
        return list(Access).index(self)


class ApiToken(models.Model):
    """A key to the HTTP API. It never has more rights than its owner, and only a digest of it is kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=60)
    # Its first characters, for people to tell it from others.
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    access = models.CharField(max_length=5, choices=Access, default=Access.TRAIN)
    # Where it is good for one team's studies only, or for one study.
    team = models.ForeignKey(Team, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    study = models.ForeignKey(Study, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    # To the minute: a busy script writes no row with each request.
    last_used_at = models.DateTimeField(null=True, blank=True)
    last_used_from = models.GenericIPAddressField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.name

    def is_expired(self, now: dt.datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now


class ApiReply(models.Model):
    """What a request with an Idempotency-Key was answered, so that the same one is not done twice."""

    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=100)
    # Of method, path and body: the same key for something else is a mistake.
    request_digest = models.CharField(max_length=64)
    # Empty while the first request is being worked on.
    status = models.PositiveSmallIntegerField(null=True)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("token", "key"), name="api_key_once_per_token"),)
        # Serves the housekeeping, which forgets old ones.
        indexes = (models.Index(fields=("created_at",), name="api_reply_by_age"),)

    def __str__(self) -> str:
        return self.key
