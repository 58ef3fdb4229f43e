from django.conf import settings
from django.core.validators import validate_slug
from django.db import models
from django.urls import reverse

from dashboard.models.team import Team


class DatasetState(models.TextChoices):
    """Read twice by a worker: to see what is in the file, and as its recipe says."""

    WAITING = "waiting", "Waiting"
    READING = "reading", "Importing"
    LOOKED = "looked", "Needs setup"
    READY = "ready", "Ready"
    REFUSED = "refused", "Refused"


class FileForm(models.TextChoices):
    TABLE = "table", "Table"
    ARRAYS = "arrays", "Arrays"
    PICTURES = "pictures", "Images"


class Dataset(models.Model):
    """A file that somebody uploaded. Its bytes never change; another upload is another version."""

    # What studies know it by; it holds the start of the digest.
    name = models.CharField(max_length=50, unique=True, validators=[validate_slug])
    label = models.CharField(max_length=60)
    version = models.PositiveIntegerField(default=1)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="datasets")
    # Who sees it beside its owner: a team, everybody who is signed in, or nobody.
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="datasets")
    is_open = models.BooleanField(default=False)

    file_name = models.CharField(max_length=200)
    form = models.CharField(max_length=10, choices=FileForm)
    has_header = models.BooleanField(default=True)
    # Of a text file, as a person chose it; "" where it is found out.
    encoding = models.CharField(max_length=20, blank=True, default="")
    size = models.PositiveBigIntegerField(help_text="bytes")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the file")

    state = models.CharField(max_length=10, choices=DatasetState, default=DatasetState.WAITING)
    # Why it was refused, as a sentence for the person.
    problem = models.CharField(max_length=500, blank=True)
    reading_since = models.DateTimeField(null=True, blank=True)
    # JSON of trainers.datasets.uploads: what was found, how it is read, what pages say of it; empty before.
    findings = models.JSONField(default=dict, blank=True)
    recipe = models.JSONField(default=dict, blank=True)
    info = models.JSONField(default=dict, blank=True)
    warnings = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("label", "-version", "-id")
        constraints = (
            # A file twice under one name is a mistake.
            models.UniqueConstraint(fields=("owner", "label", "digest"), name="dataset_file_once_per_label"),
        )

    def __str__(self) -> str:
        return self.label if self.version == 1 else f"{self.label}, version {self.version}"

    def get_absolute_url(self) -> str:
        return reverse("dataset-detail", args=[self.name])

    @property
    def is_moving(self) -> bool:
        """Whether a worker has yet to read it."""
        return self.state in {DatasetState.WAITING, DatasetState.READING}
