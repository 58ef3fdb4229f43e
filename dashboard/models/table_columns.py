from django.conf import settings
from django.db import models
from django.db.models import Q

from dashboard.models.study import Study


class TableColumns(models.Model):
    """Which columns of the table of trials a person looks at, in their order.

    For one study, or without one for all studies in which the person has chosen nothing yet.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="table_columns")
    study = models.ForeignKey(Study, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    # Keys of columns, such as `value` and `params.units_1`.
    keys = models.JSONField(default=list)

    class Meta:
        verbose_name_plural = "table columns"
        constraints = (
            models.UniqueConstraint(fields=("user", "study"), name="columns_once_per_study"),
            # NULL is not equal to itself, so the first rule lets any number of these in.
            models.UniqueConstraint(
                fields=("user",), condition=Q(study=None), name="columns_once_for_all_studies"
            ),
        )

    def __str__(self) -> str:
        return f"columns of {self.user}"
