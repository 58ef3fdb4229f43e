"""The new-study pages, and the fragments that follow what is being typed."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dashboard.access.rules import may_run_own_code, places_for, studies_visible_to
from dashboard.catalog import datasets_for
from dashboard.engine.queues import known_queues
from dashboard.engine.quotas import QuotaRefused
from dashboard.models import Study
from dashboard.new_study import page
from dashboard.new_study.actions import check_model_file, make_custom_study, make_study
from dashboard.new_study.cost_page import cost_page, given_by
from dashboard.new_study.costs import ask_cost
from dashboard.new_study.custom_page import (
    FileCheck,
    check_of_declaration,
    check_of_example,
    check_of_study,
    problem_of_code,
    start_fields,
)
from dashboard.new_study.forms import CustomModelForm
from dashboard.new_study.knob_form import KnobForm
from dashboard.new_study.priors import prior_of
from dashboard.refusal import Refused
from dashboard.studies.forms import as_copied
from dashboard.studies.queries import templates_among
from dashboard.web.requests import actor_of, person, posted, row_number, visible_study
from trainers.custom.model_file import CodeInvalid
from trainers.datasets.base import DatasetInfo
from trainers.errors import ParamsInvalid
from trainers.registry import trainer_info


@require_http_methods(["GET", "HEAD", "POST"])
def study_new(request: HttpRequest) -> HttpResponse:
    earlier = row_number(request.GET.get("from", ""))
    if earlier is not None and visible_study(request, earlier).code and may_run_own_code(person(request)):
        return redirect(f"{reverse('custom-study-new')}?from={earlier}")
    datasets = datasets_for(person(request))
    start = _start(request, datasets)
    forms = page.StudyForms(
        trainer_info(start.trainer),
        start,
        request.POST or None,
        datasets=datasets,
        places=places_for(person(request)),
    )
    if request.method == "POST" and forms.is_valid():
        study = _create(request, forms)
        if study is not None:
            return redirect(study)
    context = {
        "forms": forms,
        "start": start,
        "presets": page.all_presets(),
        "templates": templates_among(studies_visible_to(person(request))),
        "may_run_code": may_run_own_code(person(request)),
    }
    return render(request, "new_study/new.html", context, status=422 if forms.n_errors else 200)


@require_safe
def knob_prior(request: HttpRequest, trainer: str, knob: str) -> HttpResponse:
    """The picture of one knob's distribution while it is being edited."""
    try:
        form = KnobForm(page.find_knob(trainer, knob), data=request.GET)
    except ParamsInvalid as error:
        raise Http404(str(error)) from error
    return render(request, "new_study/_prior_answer.html", {"form": form, "prior": prior_of(form)})


@require_POST
def sampler_note(request: HttpRequest, trainer: str) -> HttpResponse:
    """What the chosen sampler makes of the form as it stands. Posted, for it is too long for an address."""
    return render(request, "new_study/_sampler_note.html", {"forms": _forms_as_they_stand(request, trainer)})


@require_POST
def study_cost(request: HttpRequest, trainer: str) -> HttpResponse:
    """What the study of the form as it stands would cost; it is measured where that is asked for."""
    forms = _forms_as_they_stand(request, trainer)
    given = given_by(forms)
    if given and "measure" in request.POST:
        ask_cost(given=given, by=person(request))
    return render(request, "new_study/_cost.html", {"cost": cost_page(forms, given)})


def _forms_as_they_stand(request: HttpRequest, trainer: str) -> page.StudyForms:
    try:
        info = trainer_info(trainer)
    except ParamsInvalid as error:
        raise Http404(str(error)) from error
    datasets = datasets_for(person(request))
    start = page.start_from_defaults(datasets, trainer=info.name)
    return page.StudyForms(info, start, request.POST, datasets=datasets)


def _start(request: HttpRequest, datasets: Sequence[DatasetInfo]) -> page.Start:
    """What the address asks for; what does not exist is left aside with a word."""
    try:
        if "preset" in request.GET:
            return page.start_from_preset(request.GET["preset"], datasets)
        if request.GET.get("from", "").isdecimal():
            return _start_from(visible_study(request, row_number(request.GET["from"])))
        return page.start_from_defaults(datasets, request.GET.get("dataset"), request.GET.get("trainer"))
    except ParamsInvalid as error:
        messages.warning(request, str(error))
    return page.start_from_defaults(datasets, request.GET.get("dataset"))


def _start_from(study: Study) -> page.Start:
    if study.code:
        raise ParamsInvalid(
            f"{study.name} uses a custom model, which you are not allowed to train. Ask an administrator."
        )
    trainer_info(study.trainer)
    return page.start_from_study(study)


def _create(request: HttpRequest, forms: page.StudyForms) -> Study | None:
    assert forms.space is not None  # noqa: S101 (is_valid has built it)
    try:
        return make_study(
            space=forms.space.to_json(),
            is_draft=_is_draft(request),
            by=actor_of(request),
            **forms.study.study_fields(),
        )
    except ValidationError as error:
        forms.study.add_error(None, error)
    except QuotaRefused as refusal:
        forms.study.add_error("max_trials", str(refusal))
    return None


def _is_draft(request: HttpRequest) -> bool:
    return request.POST.get("action") == "draft"


@require_http_methods(["GET", "HEAD", "POST"])
def custom_study_new(request: HttpRequest) -> HttpResponse:
    """For whom it may be; others find nothing here."""
    if not may_run_own_code(person(request)):
        raise Http404
    start, check = start_fields(), check_of_example()
    if request.GET.get("from", "").isdecimal():
        earlier = visible_study(request, row_number(request.GET["from"]))
        start, check = as_copied(earlier), check_of_study(earlier)
    form = _custom_form(request, start)
    if form.is_valid():
        study = _create_custom(request, form)
        if study is not None:
            return redirect(study)
    if request.method == "POST":
        # A file that was refused has its reason beside it already.
        check = FileCheck(is_due="code" not in form.errors)
    context = {"form": form, "check": check}
    return render(request, "new_study/custom.html", context, status=422 if form.errors else 200)


def _custom_form(request: HttpRequest, start: dict[str, Any] | None = None) -> CustomModelForm:
    return CustomModelForm(
        posted(request),
        queues=known_queues(),
        places=places_for(person(request)),
        datasets=datasets_for(person(request)),
        initial=start,
    )


@require_POST
def model_file_check(request: HttpRequest) -> HttpResponse:
    """What the file in the form declares, before it makes a study."""
    if not may_run_own_code(person(request)):
        raise Http404
    form = _custom_form(request)
    check = FileCheck(problem=problem_of_code(form))
    if not check.problem:
        try:
            declared = check_model_file(code=form.cleaned_data["code"], by=actor_of(request))
            check = check_of_declaration(declared)
        except (CodeInvalid, Refused) as refusal:
            check = FileCheck(problem=str(refusal))
    return render(request, "new_study/_file_check.html", {"check": check})


def _create_custom(request: HttpRequest, form: CustomModelForm) -> Study | None:
    try:
        return make_custom_study(is_draft=_is_draft(request), by=actor_of(request), **form.study_fields())
    except QuotaRefused as refusal:
        form.add_error("max_trials", str(refusal))
    except (CodeInvalid, Refused) as refusal:
        form.add_error("code", str(refusal))
    except ValidationError as error:
        form.add_error(None, error)
    return None
