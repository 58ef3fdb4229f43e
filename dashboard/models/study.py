import datetime as dt
import hashlib

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, validate_slug
from django.db import models
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

import optimizer
from dashboard.models.study_fields import NAME_LENGTH, study_field
from dashboard.models.team import Team
from optimizer import SearchSpace


def at_least(name: str) -> MinValueValidator:
    """The declared lower bound of a setting."""
    return MinValueValidator(study_field(name).low)


def at_most(name: str) -> MaxValueValidator:
    return MaxValueValidator(study_field(name).high)


# The trainer of a study that was imported, where nothing here trains its trials.
IMPORTED_TRAINER = "imported"
# That of a study whose trials are asked for over the HTTP API, and trained by whoever asks.
EXTERNAL_TRAINER = "external"


class StudyState(models.TextChoices):
    DRAFT = "draft", "Draft"
    RUNNING = "running", "Running"
    PAUSED = "paused", "Paused"
    FINISHED = "finished", "Finished"
    STOPPED = "stopped", "Stopped"
    FAILED = "failed", "Failed"


class Direction(models.TextChoices):
    MINIMIZE = "minimize", "lowest"
    MAXIMIZE = "maximize", "highest"

    @property
    def bound_sign(self) -> str:
        """Between a value and a target that it has reached."""
        return "≥" if self is Direction.MAXIMIZE else "≤"


class Study(models.Model):
    """One search for the best value of an objective."""

    name = models.CharField(max_length=NAME_LENGTH)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="studies")
    # Who sees it beside its owner: a team, everybody who is signed in, or nobody.
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="studies")
    is_open = models.BooleanField(default=False)
    # Out of the way, but there.
    is_archived = models.BooleanField(default=False)
    # Whoever sees it is offered it as the beginning of a new one.
    is_template = models.BooleanField(default=False)
    # Nobody sees it any more, but it can be brought back.
    deleted_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=StudyState, default=StudyState.DRAFT)
    # Why the study is in its state, in words: "Budget reached: 80 trials".
    state_reason = models.CharField(max_length=300, blank=True)

    # Empty for a custom model that needs none.
    dataset = models.CharField(max_length=50, blank=True)
    # The model file that trains in the place of a trainer.
    code = models.TextField(blank=True)
    trainer = models.CharField(max_length=50)
    # Seeds the suggestions and every training.
    seed = models.PositiveIntegerField(default=0)
    # Deals rows into train, validation and test; the same for all studies that want to be compared.
    split_seed = models.PositiveIntegerField(default=0)
    # Of each trial; its value is their mean. 0: one training, on the usual validation part.
    n_folds = models.PositiveIntegerField(default=0)
    # SearchSpace as JSON: searched knobs as distributions, fixed ones as constants.
    space = models.JSONField()
    objective = models.CharField(max_length=50)
    direction: "models.CharField[str, optimizer.Direction]" = models.CharField(
        max_length=8, choices=Direction
    )
    sampler = models.CharField(max_length=20)
    # Stops trials early that are not worth going on with; empty for none.
    pruner = models.CharField(max_length=20, blank=True)

    max_trials = models.PositiveIntegerField(validators=[at_least("max_trials"), at_most("max_trials")])
    max_epochs = models.PositiveIntegerField(validators=[at_least("max_epochs"), at_most("max_epochs")])
    max_seconds = models.PositiveIntegerField(null=True, blank=True)
    max_trial_seconds = models.PositiveIntegerField(null=True, blank=True)
    n_parallel = models.PositiveIntegerField(
        default=1, validators=[at_least("n_parallel"), at_most("n_parallel")]
    )
    # The study finishes with the first trial whose value is at least as good as this.
    target_value = models.FloatField(null=True, blank=True)
    # It finishes when so many trials in a row did not improve the best value by so many percent of it.
    max_stale_trials = models.PositiveIntegerField(
        null=True, blank=True, validators=[at_least("max_stale_trials")]
    )
    min_improvement = models.FloatField(
        default=study_field("min_improvement").empty,
        validators=[at_least("min_improvement"), at_most("min_improvement")],
    )
    # The study fails after this many failed trials in a row, counted anew when somebody lets it go on.
    max_failures = models.PositiveIntegerField(
        default=study_field("max_failures").initial, validators=[at_least("max_failures")]
    )
    failures_since = models.DateTimeField(null=True, blank=True)

    # Further attempts of a trial, by what went wrong. Whatever is not listed would only go wrong again.
    lost_retries = models.PositiveIntegerField(
        default=study_field("lost_retries").initial, validators=[at_most("lost_retries")]
    )
    memory_retries = models.PositiveIntegerField(
        default=study_field("memory_retries").initial, validators=[at_most("memory_retries")]
    )
    error_retries = models.PositiveIntegerField(
        default=study_field("error_retries").initial, validators=[at_most("error_retries")]
    )

    # Workers that serve this queue train its trials.
    queue = models.CharField(max_length=50, default="cpu", validators=[validate_slug])
    # Set while the study makes no new trials: how it ends as soon as none is open, and why.
    ends_as = models.CharField(max_length=10, choices=StudyState, blank=True)
    ends_because = models.CharField(max_length=300, blank=True)

    # Set where it trains the best trials of another study again, with several seeds, and measures them on the
    # test part. Such a study proposes nothing, and is seen on the page of the other one.
    confirms = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="confirmations"
    )
    # A single training with the seed that it had: it does not touch the test part.
    is_repeat = models.BooleanField(default=False)
    # The trial that somebody chose in the end.
    winner = models.ForeignKey("Trial", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    created_at = models.DateTimeField(default=timezone.now, editable=False)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    # Since when it could use a slot; empty while it is paused or over.
    running_since = models.DateTimeField(null=True, blank=True)
    # When an attempt of it last began or ended: whoever has had no slot for longer comes before it.
    served_at = models.DateTimeField(null=True, blank=True)
    # Study time is what passed while at least one of its trials trained: since when one does, and before.
    clock_since = models.DateTimeField(null=True, blank=True)
    seconds_before = models.FloatField(default=0)

    # Where it comes from, of one that was made elsewhere; empty for all others. {"source", "version", "file",
    # "study", "at", "by", "n_skipped", "is_trainable", "was": what of the file this database cannot have}.
    imported = models.JSONField(default=dict, blank=True)

    # What people should know about it, in Markdown; who saves names the version that they have read.
    note = models.TextField(blank=True)
    note_version = models.PositiveIntegerField(default=0)

    # Raised when an ended trial is taken back or judged, or the search is changed, so that nobody goes on
    # with what was told before.
    n_rewrites = models.PositiveIntegerField(default=0)
    # Raised by every change that a page shows, so that a poll can answer "nothing new" from one row.
    version = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name_plural = "studies"
        # Serves the study list, newest first.
        ordering = ("-created_at", "-id")
        constraints = (
            models.CheckConstraint(condition=Q(max_trials__gte=1), name="study_has_a_trial_to_run"),
            models.CheckConstraint(condition=Q(n_parallel__gte=1), name="study_uses_a_slot"),
        )
        # Given by administrators; counts only where the settings allow it as well.
        permissions = (("run_own_code", "Can train custom models"),)
        # Serves claim_trial and the housekeeping: which studies run?
        indexes = (models.Index(fields=("state", "started_at"), name="study_by_state"),)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("study-detail", args=[self.pk])

    @property
    def is_ended(self) -> bool:
        return self.state in {StudyState.FINISHED, StudyState.STOPPED, StudyState.FAILED}

    @property
    def is_draining(self) -> bool:
        """Whether it only brings its open trials to their end."""
        return self.state == StudyState.RUNNING and bool(self.ends_as)

    @property
    def is_active(self) -> bool:
        return self.state in {StudyState.RUNNING, StudyState.PAUSED}

    @property
    def is_trainable(self) -> bool:
        """Whether there is something that trains its trials: of what was imported, not always."""
        return not self.imported or bool(self.imported.get("is_trainable"))

    @property
    def is_external(self) -> bool:
        """Whether its trials are trained elsewhere: no worker of Parzen's takes them."""
        return self.trainer == EXTERNAL_TRAINER

    def seconds_at(self, now: dt.datetime) -> float:
        """Study time used so far, while at least one trial trained; `now` by the database's clock."""
        if self.clock_since is None:
            return self.seconds_before
        return self.seconds_before + max(0.0, (now - self.clock_since).total_seconds())

    @property
    def search_space(self) -> SearchSpace:
        return SearchSpace.from_json(self.space)


class SpaceVersion(models.Model):
    """A search space of a study that has had several; the first and the current one are among them."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="space_versions", db_index=False)
    number = models.PositiveIntegerField()
    space = models.JSONField()
    # What trials before it count as having of params that it added.
    defaults = models.JSONField(default=dict, blank=True)
    # The number of the first trial that was suggested from it.
    from_trial = models.PositiveIntegerField()
    # The person's name at that time.
    by = models.CharField(max_length=150)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ("study", "number")
        # Two people cannot make the same version: the second insert fails. Serves all versions of a study.
        constraints = (
            models.UniqueConstraint(fields=("study", "number"), name="space_version_once_per_study"),
        )

    def __str__(self) -> str:
        return f"space {self.number}"


def searches(studies: QuerySet[Study]) -> QuerySet[Study]:
    """Without those that only confirm another one."""
    return studies.filter(confirms=None)


def code_digest(code: str) -> str:
    """What tells one version of a model file from another."""
    return hashlib.sha256(code.encode()).hexdigest()
