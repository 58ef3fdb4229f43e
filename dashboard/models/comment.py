from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from dashboard.models.study import Study
from dashboard.models.trial import Trial

# Of a study, and the letters of one.
MAX_TAGS, TAG_LENGTH = 10, 30


class Comment(models.Model):
    """What somebody has to say about a study, or about one of its trials."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="comments")
    trial = models.ForeignKey(Trial, on_delete=models.CASCADE, null=True, blank=True, related_name="comments")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # Who wrote it where it comes from; the author is then whoever imported it.
    written_by = models.CharField(max_length=150, blank=True)
    text = models.TextField(max_length=10_000)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.author} on {self.study}"


class Tag(models.Model):
    """A word by which studies are found."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="tags")
    name = models.CharField(max_length=TAG_LENGTH)

    class Meta:
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=("study", "name"), name="tag_once_per_study"),)

    def __str__(self) -> str:
        return self.name
