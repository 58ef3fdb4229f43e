"""The list of studies, and the page of one with its buttons."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from dashboard.access.rules import deleted_studies, role_in
from dashboard.discussion.queries import is_watching
from dashboard.engine.budgets import change_budget
from dashboard.engine.lifecycle import drain_study, pause_study, resume_study, start_study, stop_study
from dashboard.engine.retries import retry_lost_trials
from dashboard.engine.trials import n_complete
from dashboard.models import Role, Study
from dashboard.refusal import Refused
from dashboard.studies.actions import archive_study, delete_study, offer_as_template, restore_study
from dashboard.studies.budget_page import budget_page
from dashboard.studies.importance import importance_card
from dashboard.studies.list_page import studies_page
from dashboard.studies.page import StudyPage, study_page
from dashboard.web.polling import is_unchanged
from dashboard.web.requests import changing_study, person, person_name, posted, visible_study

StudyView = Callable[[HttpRequest, int], HttpResponse]


def changes_study(view: StudyView) -> StudyView:
    """Only a POST changes anything; a GET, as after signing in again on the way, shows the study."""

    @wraps(view)
    def guarded(request: HttpRequest, study_id: int) -> HttpResponse:
        if request.method == "POST":
            return view(request, study_id)
        return redirect(visible_study(request, study_id))

    return require_http_methods(["GET", "HEAD", "POST"])(guarded)


@require_safe
def study_list(request: HttpRequest) -> HttpResponse:
    page = studies_page(person(request), request.GET.dict())
    template = "studies/list/_live.html" if request.headers.get("HX-Request") else "studies/list/page.html"
    return render(request, template, {"page": page})


def _page(request: HttpRequest, study: Study) -> StudyPage:
    user = person(request)
    return study_page(
        study, request.GET.dict(), role=role_in(user, study), is_watched=is_watching(user, study)
    )


@require_safe
def study_detail(request: HttpRequest, study_id: int) -> HttpResponse:
    study = visible_study(request, study_id)
    return render(request, "studies/detail.html", {"page": _page(request, study)})


@require_safe
def study_live(request: HttpRequest, study_id: int) -> HttpResponse:
    """The parts of the page that change, or 204 when nothing did since the page's version."""
    study = visible_study(request, study_id)
    if is_unchanged(request, study):
        return HttpResponse(status=204)
    return render(request, "studies/_live.html", {"page": _page(request, study)})


@require_safe
def study_importance(request: HttpRequest, study_id: int) -> HttpResponse:
    """Which parameter mattered, or 204 while no other trial has completed since."""
    study = visible_study(request, study_id)
    if not study.is_ended and request.GET.get("seen") == str(n_complete(study)):
        return HttpResponse(status=204)
    return render(request, "studies/_importance.html", {"study": study, "card": importance_card(study)})


@changes_study
def study_start(request: HttpRequest, study_id: int) -> HttpResponse:
    study = changing_study(request, study_id)
    try:
        start_study(study_id=study.pk, by=person_name(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(study)


@changes_study
def study_pause(request: HttpRequest, study_id: int) -> HttpResponse:
    study = changing_study(request, study_id)
    pause_study(study_id=study.pk, by=person_name(request))
    return redirect(study)


@changes_study
def study_resume(request: HttpRequest, study_id: int) -> HttpResponse:
    study = changing_study(request, study_id)
    resume_study(study_id=study.pk, by=person_name(request))
    return redirect(study)


@changes_study
def study_drain(request: HttpRequest, study_id: int) -> HttpResponse:
    study = changing_study(request, study_id)
    drain_study(study_id=study.pk, by=person_name(request))
    return redirect(study)


@changes_study
def study_retry_lost(request: HttpRequest, study_id: int) -> HttpResponse:
    study = changing_study(request, study_id)
    retry_lost_trials(study_id=study.pk, by=person_name(request))
    return redirect(study)


@require_http_methods(["GET", "HEAD", "POST"])
def study_budget(request: HttpRequest, study_id: int) -> HttpResponse:
    """Change what a study may spend; one that has ended goes on."""
    study = changing_study(request, study_id)
    page = budget_page(study, posted(request))
    if request.method == "POST" and page.form.is_valid():
        fields = page.form.study_fields()
        try:
            change_budget(study_id=study.pk, by=person_name(request), **fields)
        except Refused as refusal:
            page.form.add_error(None, str(refusal))
        else:
            return redirect(study)
    status = 422 if page.form.errors else 200
    return render(request, "studies/budget.html", {"study": study, "page": page}, status=status)


@changes_study
def study_stop(request: HttpRequest, study_id: int) -> HttpResponse:
    study = changing_study(request, study_id)
    stop_study(study_id=study.pk, by=person_name(request))
    return redirect(study)


@changes_study
def study_template(request: HttpRequest, study_id: int) -> HttpResponse:
    study = changing_study(request, study_id)
    offer_as_template(study_id=study.pk, is_template=not study.is_template, by=person_name(request))
    return redirect(study)


@changes_study
def study_archive(request: HttpRequest, study_id: int) -> HttpResponse:
    study = changing_study(request, study_id)
    archive_study(study_id=study.pk, is_archived=not study.is_archived, by=person_name(request))
    return redirect(study)


@require_http_methods(["GET", "HEAD", "POST"])
def study_delete(request: HttpRequest, study_id: int) -> HttpResponse:
    """Asks first; what is deleted can be brought back."""
    study = changing_study(request, study_id, Role.OWNER)
    if request.method != "POST":
        return render(request, "studies/delete.html", {"study": study, "n_trials": study.trials.count()})
    delete_study(study_id=study.pk, by=person_name(request))
    messages.success(request, f"{study.name} is deleted. It can be brought back from Deleted studies.")
    return redirect("study-list")


@require_safe
def study_deleted(request: HttpRequest) -> HttpResponse:
    studies = deleted_studies(person(request)).select_related("owner").order_by("-deleted_at")
    return render(request, "studies/list/deleted.html", {"studies": studies})


@require_http_methods(["GET", "HEAD", "POST"])
def study_restore(request: HttpRequest, study_id: int) -> HttpResponse:
    study = get_object_or_404(deleted_studies(person(request)), pk=study_id)
    if request.method != "POST":
        return redirect("study-deleted")
    restore_study(study_id=study.pk, by=person_name(request))
    return redirect(study)
