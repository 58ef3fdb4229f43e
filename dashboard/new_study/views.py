"""The new-study pages, and the fragments that follow what is being typed."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dashboard.access.rules import may_run_own_code, place_fields, places_for, studies_visible_to
from dashboard.catalog import datasets_for
from dashboard.engine.queues import known_queues
from dashboard.engine.quotas import QuotaRefused
from dashboard.models import Study, StudyState
from dashboard.models.study import IMPORTED_TRAINER
from dashboard.new_study import page
from dashboard.new_study.actions import (
    check_model_file,
    edit_custom_study,
    edit_study,
    make_custom_study,
    make_study,
)
from dashboard.new_study.changes import with_changes
from dashboard.new_study.cost_page import cost_page, given_by
from dashboard.new_study.costs import ask_cost
from dashboard.new_study.custom_page import (
    FileCheck,
    check_of_declaration,
    check_of_example,
    check_of_study,
    library_words,
    problem_of_code,
    start_fields,
)
from dashboard.new_study.forms import CustomModelForm, NewStudyForm
from dashboard.new_study.imported import start_from_imported
from dashboard.new_study.knob_form import KnobForm
from dashboard.new_study.pasted.box import READ, Paste, read_paste
from dashboard.new_study.priors import prior_of
from dashboard.new_study.rows import ALL_BUTTON, UNFOLD, unfolded
from dashboard.new_study.samples import SampleTable, sample_table
from dashboard.new_study.study_forms import StudyForms
from dashboard.refusal import Refused
from dashboard.studies.forms import as_drafted
from dashboard.studies.queries import templates_among
from dashboard.web.requests import actor_of, changing_study, person, posted, row_number, visible_study
from trainers.base import TrainerInfo
from trainers.custom.user_code import CodeInvalid
from trainers.datasets.base import DatasetInfo
from trainers.errors import ParamsInvalid
from trainers.registry import trainer_info

# Buttons that show more of the form and save nothing; where scripts run, they fetch just that part.
DRAW = "draw"
LOOKS = (ALL_BUTTON, UNFOLD, READ, DRAW)
# What says where a study is seen.
PLACE = place_fields(None)


@require_http_methods(["GET", "HEAD", "POST"])
def study_new(request: HttpRequest) -> HttpResponse:
    earlier = row_number(request.GET.get("from", ""))
    if earlier is not None and visible_study(request, earlier).code and may_run_own_code(person(request)):
        return redirect(f"{reverse('custom-study-new')}?{request.GET.urlencode()}")
    datasets = datasets_for(person(request))
    return _form_page(request, _start(request, datasets), datasets)


@require_http_methods(["GET", "HEAD", "POST"])
def study_edit(request: HttpRequest, study_id: int) -> HttpResponse:
    """Change a draft; one that has started is past that."""
    draft = changing_study(request, study_id)
    if draft.state != StudyState.DRAFT:
        messages.info(request, f"{draft.name} has started and cannot be edited. Copy it as a new study.")
        return redirect(draft)
    if draft.code:
        return _custom_page(request, as_drafted(draft), check_of_study(draft), draft)
    datasets = datasets_for(person(request))
    try:
        other = request.GET.get("trainer", draft.trainer)
        is_same = other == draft.trainer
        start = page.start_from_draft(draft) if is_same else page.with_other_trainer(draft, datasets, other)
    except ParamsInvalid as error:
        messages.warning(request, str(error))
        start = page.start_from_draft(draft)
    return _form_page(request, start, datasets, draft)


def _form_page(
    request: HttpRequest, start: page.Start, datasets: Sequence[DatasetInfo], draft: Study | None = None
) -> HttpResponse:
    """A form of a new study, or of a draft; a draft moves to another place by its own page."""
    info, data = trainer_info(start.trainer), posted(request)
    paste = Paste()
    if data is not None and UNFOLD in data:
        data = unfolded(info, data, data.get(UNFOLD, ""))
    elif data is not None and READ in data:
        data, paste = read_paste(info, data)
    forms = StudyForms(
        info,
        start,
        data,
        datasets=datasets,
        places=() if draft else places_for(person(request)),
    )
    is_look = data is not None and any(name in data for name in LOOKS)
    if data is not None and not is_look and forms.is_valid():
        study = _save(request, forms, draft)
        if study is not None:
            return redirect(study)
    if forms.n_errors and not paste.problem:
        forms.focus_on_error()
    context = {
        "forms": forms,
        "start": start,
        "draft": draft,
        "presets": [] if draft else page.all_presets(),
        "templates": [] if draft else templates_among(studies_visible_to(person(request))),
        "may_run_code": not draft and may_run_own_code(person(request)),
        "is_look": is_look,
        "paste": paste,
        "has_samples": data is not None and DRAW in data,
        "samples": _samples(forms) if data is not None and DRAW in data else None,
    }
    is_refused = paste.problem or (forms.n_errors and not is_look)
    return render(request, "new_study/new.html", context, status=422 if is_refused else 200)


@require_safe
def knob_editor(request: HttpRequest, trainer: str, knob: str) -> HttpResponse:
    """How a knob that is fixed would be searched, for somebody who wants to."""
    try:
        form = KnobForm(page.find_knob(trainer, knob))
    except ParamsInvalid as error:
        raise Http404(str(error)) from error
    return render(request, "new_study/space/_editor.html", {"form": form, "prior": prior_of(form)})


@require_safe
def knob_prior(request: HttpRequest, trainer: str, knob: str) -> HttpResponse:
    """The picture of one knob's distribution while it is being edited."""
    try:
        form = KnobForm(page.find_knob(trainer, knob), data=request.GET)
    except ParamsInvalid as error:
        raise Http404(str(error)) from error
    return render(request, "new_study/space/_prior_answer.html", {"form": form, "prior": prior_of(form)})


@require_POST
def knobs_below(request: HttpRequest, trainer: str) -> HttpResponse:
    """The rows below the fold, for somebody who opens it."""
    forms = _forms_as_they_stand(request, trainer)
    return render(request, "new_study/space/_all_knobs.html", {"forms": forms})


@require_POST
def knob_layers(request: HttpRequest, trainer: str) -> HttpResponse:
    """One row for each layer, in place of the one for all."""
    info = _info(trainer)
    shared = request.POST.get(UNFOLD, "")
    before = {form.knob.name: form.members for form in _forms_as_they_stand(request, trainer).knobs}
    forms = _forms_as_they_stand(request, trainer, unfolded(info, request.POST, shared))
    rows = [form for form in forms.knobs if form.knob.name in before.get(shared, ())]
    return render(request, "new_study/space/_layers.html", {"rows": rows, "forms": forms})


@require_POST
def study_samples(request: HttpRequest, trainer: str) -> HttpResponse:
    """Ten configurations of the space as the form stands."""
    table = _samples(_forms_as_they_stand(request, trainer))
    return render(request, "new_study/_samples.html", {"table": table})


def _samples(forms: StudyForms) -> SampleTable | None:
    return sample_table(forms.trainer, forms.planned_space) if forms.planned_space else None


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
    answer = render(request, "new_study/_cost.html", {"cost": cost_page(forms, given)})
    # What a trial could use is opened by a script, which leaves alone what a person has closed.
    answer["HX-Trigger"] = json.dumps({"knobs-needed": {"keys": forms.needed}})
    return answer


def _forms_as_they_stand(request: HttpRequest, trainer: str, data: QueryDict | None = None) -> StudyForms:
    info, datasets = _info(trainer), datasets_for(person(request))
    start = page.start_from_defaults(datasets, trainer=info.name)
    return StudyForms(info, start, data or request.POST, datasets=datasets)


def _info(trainer: str) -> TrainerInfo:
    try:
        return trainer_info(trainer)
    except ParamsInvalid as error:
        raise Http404(str(error)) from error


def _start(request: HttpRequest, datasets: Sequence[DatasetInfo]) -> page.Start:
    """What the address asks for; what does not exist is left aside with a word."""
    try:
        if "preset" in request.GET:
            return page.start_from_preset(request.GET["preset"], datasets)
        if request.GET.get("from", "").isdecimal():
            earlier = visible_study(request, row_number(request.GET["from"]))
            start = _start_from(request, earlier, datasets)
            return with_changes(start, request.GET)
        return page.start_from_defaults(datasets, request.GET.get("dataset"), request.GET.get("trainer"))
    except ParamsInvalid as error:
        messages.warning(request, str(error))
    return page.start_from_defaults(datasets, request.GET.get("dataset"))


def _start_from(request: HttpRequest, study: Study, datasets: Sequence[DatasetInfo]) -> page.Start:
    if study.code:
        raise ParamsInvalid(
            f"{study.name} uses a custom model, which you are not allowed to train. Ask an administrator."
        )
    if study.trainer == IMPORTED_TRAINER:
        return start_from_imported(study, datasets, request.GET)
    trainer_info(study.trainer)
    return page.start_from_study(study, request.GET)


def _save(request: HttpRequest, forms: StudyForms, draft: Study | None) -> Study | None:
    assert forms.space is not None  # noqa: S101 (is_valid has built it)
    asked = {
        "space": forms.space.to_json(),
        "is_draft": _is_draft(request),
        "by": actor_of(request),
        "first_trials": forms.first.points,
        **_fields(forms.study, draft),
    }
    return _saved(lambda: edit_study(draft, **asked) if draft else make_study(**asked), forms.study)


def _fields(form: NewStudyForm, draft: Study | None) -> dict[str, Any]:
    """What is asked for. A draft stays where it is."""
    fields = form.study_fields()
    return {name: value for name, value in fields.items() if name not in PLACE} if draft else fields


def _is_draft(request: HttpRequest) -> bool:
    return request.POST.get("action") == "draft"


@require_http_methods(["GET", "HEAD", "POST"])
def custom_study_new(request: HttpRequest) -> HttpResponse:
    """For whom it may be; others find nothing here."""
    if request.GET.get("from", "").isdecimal():
        earlier = visible_study(request, row_number(request.GET["from"]))
        return _custom_page(request, page.copied_fields(earlier, request.GET), check_of_study(earlier))
    return _custom_page(request, start_fields(), check_of_example())


def _custom_page(
    request: HttpRequest, start: dict[str, Any], check: FileCheck, draft: Study | None = None
) -> HttpResponse:
    if not may_run_own_code(person(request)):
        raise Http404
    form = _custom_form(request, start, draft)
    if form.is_valid():
        study = _save_custom(request, form, draft)
        if study is not None:
            return redirect(study)
    if request.method == "POST":
        # A file that was refused has its reason beside it already.
        check = FileCheck(is_due="code" not in form.errors)
    context = {"form": form, "draft": draft, "check": check, "libraries": library_words()}
    return render(request, "new_study/custom/page.html", context, status=422 if form.errors else 200)


def _custom_form(
    request: HttpRequest, start: dict[str, Any] | None = None, draft: Study | None = None
) -> CustomModelForm:
    return CustomModelForm(
        posted(request),
        queues=known_queues(),
        places=() if draft else places_for(person(request)),
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
    return render(request, "new_study/custom/_check.html", {"check": check})


def _save_custom(request: HttpRequest, form: CustomModelForm, draft: Study | None) -> Study | None:
    asked = {"is_draft": _is_draft(request), "by": actor_of(request), **_fields(form, draft)}
    return _saved(
        lambda: edit_custom_study(draft, **asked) if draft else make_custom_study(**asked), form, "code"
    )


def _saved(save: Callable[[], Study], form: NewStudyForm, field: str | None = None) -> Study | None:
    """The study, or None where the form now says why it is not saved: a refusal beside `field`."""
    try:
        return save()
    except ValidationError as error:
        form.add_error(None, error)
    except QuotaRefused as refusal:
        form.add_error("max_trials", str(refusal))
    except (CodeInvalid, Refused) as refusal:
        form.add_error(field, str(refusal))
    return None
