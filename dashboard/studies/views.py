"""The list of studies, and the page of one with its buttons."""

from collections.abc import Callable, Sequence

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from dashboard.access.rules import check_role, deleted_studies, role_in
from dashboard.discussion.queries import is_watching
from dashboard.engine.quotas import QuotaRefused
from dashboard.engine.trials import n_complete
from dashboard.models import Role, Study
from dashboard.refusal import Refused
from dashboard.studies import actions
from dashboard.studies.budget_page import budget_page
from dashboard.studies.importance import importance_card, seen_stamp
from dashboard.studies.list_address import STAMP
from dashboard.studies.list_page import list_stamp, still_live_url, studies_page
from dashboard.studies.page import VIEWS, StudyPage, study_page
from dashboard.studies.selection.data import edits_in
from dashboard.trials.columns import kept_columns
from dashboard.trials.failures import numbers_in
from dashboard.web.pager import pager_of
from dashboard.web.polling import is_fresh, is_unchanged
from dashboard.web.requests import actor_of, back_to, changing_study, person, posted, visible_study

# Of deleted studies, on a page.
DELETED_SIZE = 50
StudyView = Callable[[HttpRequest, int], HttpResponse]


def button(act: Callable[..., object]) -> StudyView:
    """A button of the study page. A GET, as after signing in again on the way, only shows the study."""

    @require_http_methods(["GET", "HEAD", "POST"])
    def view(request: HttpRequest, study_id: int) -> HttpResponse:
        study = visible_study(request, study_id)
        if request.method == "POST":
            try:
                act(study, by=actor_of(request))
            except QuotaRefused as refusal:
                messages.error(request, str(refusal))
        return back_to(request, study)

    return view


study_start = button(actions.start)
study_pause = button(actions.pause)
study_resume = button(actions.resume)
study_drain = button(actions.drain)
study_stop = button(actions.stop)
study_retry_lost = button(actions.retry_lost)
study_template = button(actions.switch_template)
study_archive = button(actions.switch_archived)


@require_http_methods(["GET", "HEAD", "POST"])
def study_retry_failed(request: HttpRequest, study_id: int) -> HttpResponse:
    """All failed trials, or those of one group of the page."""
    study = visible_study(request, study_id)
    if request.method == "POST":
        key = request.POST.get("group", "")
        actions.retry_failed(study, by=actor_of(request), numbers=numbers_in(study, key) if key else None)
    return back_to(request, study)


@require_safe
def study_list(request: HttpRequest) -> HttpResponse:
    """The list; asked by a page that shows it, only what is new there, or 204."""
    user = person(request)
    if not request.headers.get("HX-Request"):
        return render(request, "studies/list/page.html", {"page": studies_page(user, request.GET)})
    if request.GET.get(STAMP) == list_stamp(user):
        if is_fresh(request):
            return HttpResponse(status=204)
        still = {"live_url": still_live_url(request.GET)}
        return render(request, "studies/list/_still.html", {"page": still})
    page = studies_page(user, request.GET, is_news=True)
    return render(request, "studies/list/_live.html", {"page": page})


def page_of(request: HttpRequest, study: Study, view: str, columns: Sequence[str] | None = None) -> StudyPage:
    """As this person sees it; `columns` are those of the table, or else those that the address names."""
    user = person(request)
    columns = request.GET.getlist("column") if columns is None else columns
    return study_page(
        study,
        request.GET.dict(),
        viewer=user,
        view=view,
        columns=columns,
        kept=kept_columns(user.pk, study) if view == "trials" and not columns else None,
        edits=edits_in(request.GET, dict(request.GET.lists())),
        role=role_in(user, study),
        is_watched=is_watching(user, study),
    )


def study_view(view: str) -> StudyView:
    """One tab of the study's page."""

    @require_safe
    def show(request: HttpRequest, study_id: int) -> HttpResponse:
        study = visible_study(request, study_id)
        return render(request, "studies/detail.html", {"page": page_of(request, study, view)})

    return show


study_detail = study_view("overview")
study_explore = study_view("explore")
study_trials = study_view("trials")
study_settings = study_view("settings")
study_discussion = study_view("discussion")


@require_safe
def study_live(request: HttpRequest, study_id: int) -> HttpResponse:
    """The parts of a view that change, or 204 when nothing did since the page's version.

    With `select`, whatever follows the filter as well, which has been edited.
    """
    is_select = "select" in request.GET
    if not is_select and is_unchanged(request, study_id):
        return HttpResponse(status=204)
    study = visible_study(request, study_id)
    view = request.GET.get("view", "")
    page = page_of(request, study, view if view in VIEWS else "overview")
    return render(request, "studies/_live.html", {"page": page, "is_select": is_select})


@require_safe
def study_importance(request: HttpRequest, study_id: int) -> HttpResponse:
    """Which parameter mattered, or 204 while no other trial has completed since."""
    study = visible_study(request, study_id)
    if not study.is_ended and request.GET.get("seen") == seen_stamp(study, n_complete(study)):
        return HttpResponse(status=204)
    return render(request, "studies/importance/_card.html", {"study": study, "card": importance_card(study)})


@require_http_methods(["GET", "HEAD", "POST"])
def study_budget(request: HttpRequest, study_id: int) -> HttpResponse:
    """Change what a study may spend; one that has ended goes on."""
    study = changing_study(request, study_id)
    page = budget_page(study, posted(request))
    if request.method == "POST" and page.form.is_valid():
        fields = page.form.study_fields()
        try:
            actions.change_budget(study, by=actor_of(request), **fields)
        except Refused as refusal:
            page.form.add_error(None, str(refusal))
        else:
            return redirect(study)
    status = 422 if page.form.errors else 200
    return render(request, "studies/budget.html", {"study": study, "page": page}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def study_delete(request: HttpRequest, study_id: int) -> HttpResponse:
    """Asks first; what is deleted can be brought back."""
    study = visible_study(request, study_id)
    if request.method != "POST":
        check_role(person(request), study, Role.OWNER)
        return render(request, "studies/delete.html", {"study": study, "n_trials": study.trials.count()})
    actions.delete_study(study, by=actor_of(request))
    messages.success(request, f"{study.name} was deleted. You can restore it from Deleted studies.")
    return redirect("study-list")


@require_safe
def study_deleted(request: HttpRequest) -> HttpResponse:
    deleted = deleted_studies(person(request)).select_related("owner").defer("space", "code", "note")
    page = Paginator(deleted.order_by("-deleted_at", "-pk"), DELETED_SIZE).get_page(request.GET.get("page"))
    return render(request, "studies/list/deleted.html", {"studies": page, "pager": pager_of(page)})


@require_http_methods(["GET", "HEAD", "POST"])
def study_restore(request: HttpRequest, study_id: int) -> HttpResponse:
    study = get_object_or_404(deleted_studies(person(request)), pk=study_id)
    if request.method != "POST":
        return redirect("study-deleted")
    actions.restore_study(study, by=actor_of(request))
    return redirect(study)
