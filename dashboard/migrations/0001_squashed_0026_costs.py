import re

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    # A database that has all of these has this one; one that has only some is refused (`manage.py migrate`).
    replaces = [
        ("dashboard", "0001_first_tables"),
        ("dashboard", "0002_trial_sampler"),
        ("dashboard", "0003_name_who_proposed"),
        ("dashboard", "0004_worker_heartbeats_and_tallies"),
        ("dashboard", "0005_budgets_retries_and_queues"),
        ("dashboard", "0006_pruning"),
        ("dashboard", "0007_where_attempts_went_on"),
        ("dashboard", "0008_kept_models"),
        ("dashboard", "0009_teams"),
        ("dashboard", "0010_open_earlier_studies"),
        ("dashboard", "0011_audit_log"),
        ("dashboard", "0012_share_links"),
        ("dashboard", "0013_archive_and_delete"),
        ("dashboard", "0014_notes_tags_comments"),
        ("dashboard", "0015_watching"),
        ("dashboard", "0016_reviews"),
        ("dashboard", "0017_link_to_one_trial"),
        ("dashboard", "0018_quotas"),
        ("dashboard", "0019_datasets"),
        ("dashboard", "0020_confirming"),
        ("dashboard", "0021_own_models"),
        ("dashboard", "0022_predictions"),
        ("dashboard", "0023_templates"),
        ("dashboard", "0024_folds"),
        ("dashboard", "0025_repeats"),
        ("dashboard", "0026_costs"),
    ]

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Tally",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        choices=[
                            ("claim", "claim"),
                            ("housekeeping", "round of housekeeping"),
                            ("lease_expiry", "lease expiry"),
                            ("stale_write", "stale write"),
                        ],
                        max_length=20,
                        unique=True,
                    ),
                ),
                ("n", models.PositiveBigIntegerField(default=0)),
                ("seconds", models.FloatField(default=0)),
                ("last_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name_plural": "tallies",
                "ordering": ("name",),
            },
        ),
        migrations.CreateModel(
            name="Team",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        max_length=80, unique=True, validators=[django.core.validators.MinLengthValidator(1)]
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ("name",),
            },
        ),
        migrations.CreateModel(
            name="Worker",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=150, unique=True)),
                ("queue", models.CharField(default="cpu", max_length=200)),
                ("n_slots", models.PositiveIntegerField()),
                ("versions", models.JSONField(default=dict)),
                ("started_at", models.DateTimeField()),
                ("heartbeat_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("alive_until", models.DateTimeField()),
                ("host_memory_used", models.PositiveBigIntegerField(blank=True, null=True)),
                ("host_memory_total", models.PositiveBigIntegerField(blank=True, null=True)),
                ("memory", models.PositiveBigIntegerField(blank=True, null=True)),
                ("trainings", models.JSONField(default=list)),
            ],
            options={
                "ordering": ("name",),
            },
        ),
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("who", models.CharField(blank=True, max_length=150)),
                ("action", models.CharField(max_length=50)),
                ("path", models.CharField(max_length=300)),
                ("study_id", models.PositiveBigIntegerField(blank=True, null=True)),
                ("status", models.PositiveSmallIntegerField()),
                ("is_refused", models.BooleanField()),
                ("address", models.GenericIPAddressField(blank=True, null=True)),
            ],
            options={
                "verbose_name_plural": "audit entries",
                "ordering": ("-id",),
                "indexes": [
                    models.Index(fields=["who", "-id"], name="audit_by_person"),
                    models.Index(fields=["study_id", "-id"], name="audit_by_study"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Study",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                ("is_open", models.BooleanField(default=False)),
                ("is_archived", models.BooleanField(default=False)),
                ("is_template", models.BooleanField(default=False)),
                ("deleted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("running", "Running"),
                            ("paused", "Paused"),
                            ("finished", "Finished"),
                            ("stopped", "Stopped"),
                            ("failed", "Failed"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("state_reason", models.CharField(blank=True, max_length=300)),
                ("dataset", models.CharField(blank=True, max_length=50)),
                ("code", models.TextField(blank=True)),
                ("trainer", models.CharField(max_length=50)),
                ("seed", models.PositiveIntegerField(default=0)),
                ("split_seed", models.PositiveIntegerField(default=0)),
                ("n_folds", models.PositiveIntegerField(default=0)),
                ("space", models.JSONField()),
                ("objective", models.CharField(max_length=50)),
                (
                    "direction",
                    models.CharField(choices=[("minimize", "lowest"), ("maximize", "highest")], max_length=8),
                ),
                ("sampler", models.CharField(max_length=20)),
                ("pruner", models.CharField(blank=True, max_length=20)),
                (
                    "max_trials",
                    models.PositiveIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(100000),
                        ]
                    ),
                ),
                (
                    "max_epochs",
                    models.PositiveIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(100000),
                        ]
                    ),
                ),
                ("max_seconds", models.PositiveIntegerField(blank=True, null=True)),
                ("max_trial_seconds", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "n_parallel",
                    models.PositiveIntegerField(
                        default=1,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(256),
                        ],
                    ),
                ),
                ("target_value", models.FloatField(blank=True, null=True)),
                (
                    "max_stale_trials",
                    models.PositiveIntegerField(
                        blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)]
                    ),
                ),
                (
                    "min_improvement",
                    models.FloatField(
                        default=0,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(100),
                        ],
                    ),
                ),
                (
                    "max_failures",
                    models.PositiveIntegerField(
                        default=5, validators=[django.core.validators.MinValueValidator(1)]
                    ),
                ),
                ("failures_since", models.DateTimeField(blank=True, null=True)),
                (
                    "lost_retries",
                    models.PositiveIntegerField(
                        default=2, validators=[django.core.validators.MaxValueValidator(100)]
                    ),
                ),
                (
                    "memory_retries",
                    models.PositiveIntegerField(
                        default=0, validators=[django.core.validators.MaxValueValidator(100)]
                    ),
                ),
                (
                    "error_retries",
                    models.PositiveIntegerField(
                        default=0, validators=[django.core.validators.MaxValueValidator(100)]
                    ),
                ),
                (
                    "queue",
                    models.CharField(
                        default="cpu",
                        max_length=50,
                        validators=[
                            django.core.validators.RegexValidator(
                                re.compile("^[-a-zA-Z0-9_]+\\Z"),
                                "Enter a valid “slug” consisting of letters, numbers, underscores or hyphens.",
                                "invalid",
                            )
                        ],
                    ),
                ),
                (
                    "ends_as",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("draft", "Draft"),
                            ("running", "Running"),
                            ("paused", "Paused"),
                            ("finished", "Finished"),
                            ("stopped", "Stopped"),
                            ("failed", "Failed"),
                        ],
                        max_length=10,
                    ),
                ),
                ("ends_because", models.CharField(blank=True, max_length=300)),
                ("is_repeat", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("running_since", models.DateTimeField(blank=True, null=True)),
                ("seconds_before", models.FloatField(default=0)),
                ("note", models.TextField(blank=True)),
                ("note_version", models.PositiveIntegerField(default=0)),
                ("n_rewrites", models.PositiveIntegerField(default=0)),
                ("version", models.PositiveBigIntegerField(default=0)),
                (
                    "confirms",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="confirmations",
                        to="dashboard.study",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="studies",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="studies",
                        to="dashboard.team",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "studies",
                "ordering": ("-created_at", "-id"),
                "permissions": (("run_own_code", "May train with Python files of their own"),),
            },
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("note", models.CharField(blank=True, max_length=2000)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "study",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reviews",
                        to="dashboard.study",
                    ),
                ),
            ],
            options={
                "ordering": ("-pk",),
            },
        ),
        migrations.CreateModel(
            name="StudyEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("by", models.CharField(blank=True, max_length=150)),
                ("what", models.CharField(max_length=300)),
                (
                    "study",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="dashboard.study",
                    ),
                ),
            ],
            options={
                "ordering": ("-pk",),
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[("viewer", "Viewer"), ("editor", "Editor"), ("owner", "Owner")],
                        default="viewer",
                        max_length=10,
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "used_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="invitations",
                        to="dashboard.team",
                    ),
                ),
            ],
            options={
                "ordering": ("-created_at",),
            },
        ),
        migrations.CreateModel(
            name="Trial",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("running", "Running"),
                            ("complete", "Complete"),
                            ("pruned", "Pruned"),
                            ("failed", "Failed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                (
                    "failure_kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("error", "error"),
                            ("lost", "lost"),
                            ("out_of_memory", "out of memory"),
                            ("timed_out", "timed out"),
                            ("diverged", "diverged"),
                        ],
                        max_length=15,
                    ),
                ),
                ("failure_message", models.CharField(blank=True, max_length=500)),
                ("params", models.JSONField()),
                (
                    "origin",
                    models.CharField(
                        choices=[
                            ("startup", "starting point"),
                            ("model", "model"),
                            ("copy", "another trial"),
                            ("random", "random draw"),
                        ],
                        default="startup",
                        max_length=10,
                    ),
                ),
                ("sampler", models.CharField(blank=True, max_length=20)),
                ("explanation", models.JSONField(default=dict)),
                ("seed", models.PositiveIntegerField(blank=True, null=True)),
                ("value", models.FloatField(blank=True, null=True)),
                ("best_step", models.PositiveIntegerField(blank=True, null=True)),
                ("metrics", models.JSONField(default=dict)),
                ("step", models.PositiveIntegerField(default=0)),
                ("step_value", models.FloatField(blank=True, null=True)),
                ("attempt", models.PositiveIntegerField(default=0)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("seconds", models.FloatField(blank=True, null=True)),
                ("n_parameters", models.PositiveBigIntegerField(blank=True, null=True)),
                (
                    "copy_of",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="dashboard.trial",
                    ),
                ),
                (
                    "study",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="trials",
                        to="dashboard.study",
                    ),
                ),
            ],
            options={
                "ordering": ("study", "number"),
            },
        ),
        migrations.AddField(
            model_name="study",
            name="winner",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="dashboard.trial",
            ),
        ),
        migrations.CreateModel(
            name="ShareLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("password", models.CharField(blank=True, max_length=128)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("n_views", models.PositiveIntegerField(default=0)),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "study",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="share_links",
                        to="dashboard.study",
                    ),
                ),
                (
                    "trial",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="dashboard.trial",
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
            },
        ),
        migrations.CreateModel(
            name="Prediction",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("given", models.JSONField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("refused", "Refused"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("answer", models.JSONField(blank=True, default=dict)),
                ("problem", models.CharField(blank=True, max_length=500)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("running_since", models.DateTimeField(blank=True, null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "trial",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="predictions",
                        to="dashboard.trial",
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Comment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.TextField(max_length=10000)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "study",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="comments",
                        to="dashboard.study",
                    ),
                ),
                (
                    "trial",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="comments",
                        to="dashboard.trial",
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="Attempt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("running", "Running"),
                            ("complete", "Complete"),
                            ("pruned", "Pruned"),
                            ("failed", "Failed"),
                            ("lost", "Lost"),
                            ("returned", "Handed back"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="running",
                        max_length=10,
                    ),
                ),
                ("worker", models.CharField(max_length=150)),
                (
                    "failure_kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("error", "error"),
                            ("lost", "lost"),
                            ("out_of_memory", "out of memory"),
                            ("timed_out", "timed out"),
                            ("diverged", "diverged"),
                        ],
                        max_length=15,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("traceback", models.TextField(blank=True)),
                ("resumed_after", models.PositiveIntegerField(default=0)),
                ("log", models.TextField(blank=True)),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("peak_memory", models.PositiveBigIntegerField(blank=True, null=True)),
                ("environment", models.JSONField(default=dict)),
                (
                    "trial",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attempts",
                        to="dashboard.trial",
                    ),
                ),
            ],
            options={
                "ordering": ("trial", "-number"),
            },
        ),
        migrations.CreateModel(
            name="Artifact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(help_text="in the storage", max_length=300, unique=True)),
                ("size", models.PositiveBigIntegerField(help_text="bytes")),
                ("reading", models.JSONField(blank=True, default=dict)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "trial",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="artifact",
                        to="dashboard.trial",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Watch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveBigIntegerField()),
                ("state", models.CharField(max_length=10)),
                ("best", models.PositiveIntegerField(blank=True, null=True)),
                ("comment", models.PositiveBigIntegerField(default=0)),
                ("is_failing", models.BooleanField(default=False)),
                (
                    "study",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="watches",
                        to="dashboard.study",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="watches",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "watches",
            },
        ),
        migrations.CreateModel(
            name="Wishes",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("page", models.JSONField(default=list)),
                ("mail", models.JSONField(default=list)),
                ("hook", models.JSONField(default=list)),
                ("hook_url", models.CharField(blank=True, max_length=500)),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="wishes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "wishes",
            },
        ),
        migrations.CreateModel(
            name="Cost",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("given", models.JSONField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("refused", "Refused"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("answer", models.JSONField(blank=True, default=dict)),
                ("problem", models.CharField(blank=True, max_length=500)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("running_since", models.DateTimeField(blank=True, null=True)),
                ("key", models.CharField(max_length=64, unique=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
                "abstract": False,
                "indexes": [models.Index(fields=["state", "id"], name="cost_by_state")],
            },
        ),
        migrations.CreateModel(
            name="Report",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("step", models.PositiveIntegerField()),
                ("metrics", models.JSONField()),
                ("seconds", models.FloatField(help_text="since the training began")),
                (
                    "attempt",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reports",
                        to="dashboard.attempt",
                    ),
                ),
            ],
            options={
                "ordering": ("attempt", "step"),
                "constraints": [
                    models.UniqueConstraint(fields=("attempt", "step"), name="step_once_per_attempt")
                ],
            },
        ),
        migrations.CreateModel(
            name="Notification",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "news",
                    models.CharField(
                        choices=[
                            ("finished", "It has finished or was stopped"),
                            ("failed", "It has failed"),
                            ("new_best", "It has a new best value"),
                            ("attention", "It needs attention: many of its trials fail"),
                            ("comment", "Somebody comments on it"),
                        ],
                        max_length=10,
                    ),
                ),
                ("text", models.CharField(max_length=300)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("is_on_page", models.BooleanField(default=False)),
                ("read_at", models.DateTimeField(blank=True, null=True)),
                ("is_mail_due", models.BooleanField(default=False)),
                ("is_hook_due", models.BooleanField(default=False)),
                ("n_tries", models.PositiveSmallIntegerField(default=0)),
                ("try_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notifications",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "study",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="dashboard.study"
                    ),
                ),
            ],
            options={
                "ordering": ("-pk",),
                "indexes": [
                    models.Index(fields=["user", "read_at", "-id"], name="notification_by_person"),
                    models.Index(
                        condition=models.Q(("is_mail_due", True), ("is_hook_due", True), _connector="OR"),
                        fields=["id"],
                        name="notification_to_send",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Tag",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=30)),
                (
                    "study",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="tags", to="dashboard.study"
                    ),
                ),
            ],
            options={
                "ordering": ("name",),
                "constraints": [models.UniqueConstraint(fields=("study", "name"), name="tag_once_per_study")],
            },
        ),
        migrations.CreateModel(
            name="Quota",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("n_slots", models.PositiveIntegerField(blank=True, null=True)),
                ("n_trials", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "storage",
                    models.PositiveIntegerField(
                        blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)]
                    ),
                ),
                (
                    "user",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "team",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="dashboard.team",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("team__isnull", False), ("user__isnull", True)),
                            models.Q(("team__isnull", True), ("user__isnull", False)),
                            _connector="OR",
                        ),
                        name="quota_of_a_person_or_a_team",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[("viewer", "Viewer"), ("editor", "Editor"), ("owner", "Owner")],
                        max_length=10,
                    ),
                ),
                ("since", models.DateTimeField(auto_now_add=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="dashboard.team",
                    ),
                ),
            ],
            options={
                "ordering": ("user__username",),
                "constraints": [
                    models.UniqueConstraint(fields=("team", "user"), name="member_once_per_team")
                ],
            },
        ),
        migrations.CreateModel(
            name="Dataset",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        max_length=50,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                re.compile("^[-a-zA-Z0-9_]+\\Z"),
                                "Enter a valid “slug” consisting of letters, numbers, underscores or hyphens.",
                                "invalid",
                            )
                        ],
                    ),
                ),
                ("label", models.CharField(max_length=60)),
                ("version", models.PositiveIntegerField(default=1)),
                ("is_open", models.BooleanField(default=False)),
                ("file_name", models.CharField(max_length=200)),
                (
                    "form",
                    models.CharField(
                        choices=[("table", "Table"), ("arrays", "Arrays"), ("pictures", "Pictures")],
                        max_length=10,
                    ),
                ),
                ("has_header", models.BooleanField(default=True)),
                ("size", models.PositiveBigIntegerField(help_text="bytes")),
                ("digest", models.CharField(help_text="SHA-256 of the file", max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("reading", "Being read"),
                            ("looked", "To be described"),
                            ("ready", "Ready"),
                            ("refused", "Refused"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("problem", models.CharField(blank=True, max_length=500)),
                ("reading_since", models.DateTimeField(blank=True, null=True)),
                ("n_readings", models.PositiveIntegerField(default=0)),
                ("findings", models.JSONField(blank=True, default=dict)),
                ("recipe", models.JSONField(blank=True, default=dict)),
                ("info", models.JSONField(blank=True, default=dict)),
                ("warnings", models.JSONField(blank=True, default=list)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="datasets",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="datasets",
                        to="dashboard.team",
                    ),
                ),
            ],
            options={
                "ordering": ("label", "-version", "-id"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("owner", "label", "digest"), name="dataset_file_once_per_label"
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="trial",
            index=models.Index(fields=["study", "state", "number"], name="trial_by_state"),
        ),
        migrations.AddIndex(
            model_name="trial",
            index=models.Index(fields=["study", "state", "value"], name="trial_by_value"),
        ),
        migrations.AddIndex(
            model_name="trial",
            index=models.Index(fields=["study", "finished_at", "number"], name="trial_by_end"),
        ),
        migrations.AddIndex(
            model_name="trial",
            index=models.Index(fields=["state", "lease_until"], name="trial_by_lease"),
        ),
        migrations.AddIndex(
            model_name="trial",
            index=models.Index(fields=["state", "failure_kind"], name="trial_by_outcome"),
        ),
        migrations.AddConstraint(
            model_name="trial",
            constraint=models.UniqueConstraint(
                fields=("study", "number"), name="trial_number_once_per_study"
            ),
        ),
        migrations.AddConstraint(
            model_name="trial",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "complete"), _negated=True), ("value__isnull", False), _connector="OR"
                ),
                name="complete_trial_has_a_value",
            ),
        ),
        migrations.AddConstraint(
            model_name="trial",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "failed"), _negated=True), ("value__isnull", True), _connector="OR"
                ),
                name="failed_trial_has_no_value",
            ),
        ),
        migrations.AddIndex(
            model_name="study",
            index=models.Index(fields=["state", "started_at"], name="study_by_state"),
        ),
        migrations.AddConstraint(
            model_name="study",
            constraint=models.CheckConstraint(
                condition=models.Q(("max_trials__gte", 1)), name="study_has_a_trial_to_run"
            ),
        ),
        migrations.AddConstraint(
            model_name="study",
            constraint=models.CheckConstraint(
                condition=models.Q(("n_parallel__gte", 1)), name="study_uses_a_slot"
            ),
        ),
        migrations.AddIndex(
            model_name="prediction",
            index=models.Index(fields=["state", "id"], name="prediction_by_state"),
        ),
        migrations.AddIndex(
            model_name="attempt",
            index=models.Index(fields=["state"], name="attempt_by_state"),
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.UniqueConstraint(
                fields=("trial", "number"), name="attempt_number_once_per_trial"
            ),
        ),
        migrations.AddConstraint(
            model_name="watch",
            constraint=models.UniqueConstraint(fields=("study", "user"), name="watch_once_per_study"),
        ),
    ]
