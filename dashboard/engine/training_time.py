"""How long was trained: every attempt counts, whatever became of it, from its claim to its end."""

from typing import Any

from django.db.models import F, FloatField, Func, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from dashboard.models import Attempt


class _Seconds(Func):
    """From the second moment to the first, worked out by the database itself: Django's way asks Python."""

    arity = 2
    output_field = FloatField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        between = {"template": "((julianday(%(expressions)s)) * 86400.0)", "arg_joiner": ") - julianday("}
        return self.as_sql(compiler, connection, **between, **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        between = {"template": "EXTRACT(EPOCH FROM (%(expressions)s))::double precision", "arg_joiner": " - "}
        return self.as_sql(compiler, connection, **between, **context)


def seconds_trained() -> Coalesce:
    """For a query of attempts: what those that have ended add up to."""
    return Coalesce(Sum(_Seconds(F("finished_at"), F("started_at"))), 0.0)


def seconds_trained_of_each() -> Coalesce:
    """For a query of trials: what the ended attempts of each one add up to."""
    attempts = Attempt.objects.filter(trial=OuterRef("pk")).order_by().values("trial")
    return Coalesce(Subquery(attempts.annotate(trained=seconds_trained()).values("trained")), 0.0)
