"""Making a study with an own model."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from dashboard.forms.own_model import OwnModelForm
from dashboard.models import Study
from dashboard.pages.data import datasets_for
from dashboard.pages.own_model import fields_of, start_fields
from dashboard.queries.access import may_run_own_code, places_for
from dashboard.queries.work import known_queues
from dashboard.services.own_models import OwnModelRefused, create_own_study
from dashboard.services.quotas import QuotaRefused
from dashboard.services.studies import start_study
from dashboard.views.access import person, person_name, posted, row_number, visible_study
from trainers.own.model_file import CodeInvalid


@require_http_methods(["GET", "HEAD", "POST"])
def own_study_new(request: HttpRequest) -> HttpResponse:
    """For whom it may be; others find nothing here."""
    if not may_run_own_code(person(request)):
        raise Http404
    start = start_fields()
    if request.GET.get("from", "").isdecimal():
        start = fields_of(visible_study(request, row_number(request.GET["from"])))
    form = OwnModelForm(
        posted(request),
        queues=known_queues(),
        places=places_for(person(request)),
        datasets=datasets_for(person(request)),
        initial=start,
    )
    if form.is_valid():
        study = _create(request, form)
        if study is not None:
            return redirect(study)
    return render(request, "studies/own.html", {"form": form}, status=422 if form.errors else 200)


def _create(request: HttpRequest, form: OwnModelForm) -> Study | None:
    """Make the study and, unless it is to stay a draft, start it: both or neither."""
    try:
        with transaction.atomic():
            study = create_own_study(owner=person(request), **form.study_fields())
            if request.POST.get("action") != "draft":
                start_study(study_id=study.pk, by=person_name(request))
    except (CodeInvalid, OwnModelRefused) as refusal:
        form.add_error("code", str(refusal))
    except QuotaRefused as refusal:
        form.add_error("max_trials", str(refusal))
    except ValidationError as error:
        form.add_error(None, error)
    else:
        return study
    return None
