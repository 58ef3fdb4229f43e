"""For staff: review queue, search, audit log, people and quotas."""

from collections.abc import Iterator, Mapping

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from dashboard.access.rules import may_run_own_code, studies_visible_to
from dashboard.catalog import dataset_label, trainer_label
from dashboard.engine.uploads import infos_of
from dashboard.goals import goal_of
from dashboard.models import AuditEntry, Quota, Study, Team
from dashboard.refusal import Refused
from dashboard.review.actions import change_person, set_team_quota, sign_off
from dashboard.review.audit_words import action_words, audit_rows
from dashboard.review.forms import PersonForm, QuotaForm, ReviewForm, SearchForm
from dashboard.review.page import review_page
from dashboard.review.people_page import people_rows, quota_words
from dashboard.review.queries import audit_entries, reviews_of, search_past
from dashboard.web.csv_pieces import CSV_TYPE, csv_pieces, plain_text
from dashboard.web.pager import pager_of
from dashboard.web.requests import actor_of, for_staff, person, posted, visible_study
from trainers.datasets.base import DatasetInfo

PAGE_SIZE = 50


@require_safe
def review_overview(request: HttpRequest) -> HttpResponse:
    for_staff(request)
    return render(request, "review/overview.html", {"page": review_page(studies_visible_to(person(request)))})


@require_safe
def review_search(request: HttpRequest) -> HttpResponse:
    for_staff(request)
    form = SearchForm(request.GET)
    found = search_past(studies_visible_to(person(request)), form.search())
    page = Paginator(found if form.is_valid() else found.none(), PAGE_SIZE).get_page(request.GET.get("page"))
    uploads = infos_of(study.dataset for study in page)
    asked = {name: value for name, value in request.GET.dict().items() if value and name in form.fields}
    context = {
        "form": form,
        "rows": [(study, goal_of(study), _what(study, uploads)) for study in page],
        "n_found": page.paginator.count,
        "pager": pager_of(page, **asked),
    }
    return render(request, "review/search.html", context, status=422 if form.errors else 200)


def _what(study: Study, uploads: Mapping[str, DatasetInfo]) -> str:
    return f"{dataset_label(study.dataset, uploads)} · {trainer_label(study.trainer)}"


@require_http_methods(["GET", "HEAD", "POST"])
def study_review(request: HttpRequest, study_id: int) -> HttpResponse:
    """Sign a study off, with a word if one likes."""
    for_staff(request)
    study = visible_study(request, study_id)
    form = ReviewForm(posted(request))
    if form.is_valid():
        sign_off(study, note=form.cleaned_data["note"], by=actor_of(request))
        messages.success(request, f"{study.name} was signed off.")
        return redirect("review-overview")
    context = {"study": study, "form": form, "reviews": reviews_of(study)}
    return render(request, "review/sign_off.html", context, status=422 if form.errors else 200)


@require_safe
def people_list(request: HttpRequest) -> HttpResponse:
    for_staff(request)
    page = Paginator(User.objects.order_by("username"), PAGE_SIZE).get_page(request.GET.get("page"))
    quotas = {quota.team_id: quota for quota in Quota.objects.filter(team__isnull=False)}
    context = {
        "rows": people_rows(list(page)),
        "teams": [(team, quota_words(quotas.get(team.pk))) for team in Team.objects.all()],
        "pager": pager_of(page),
    }
    return render(request, "review/people.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def person_edit(request: HttpRequest, user_id: int) -> HttpResponse:
    _for_administrators(request)
    whom = get_object_or_404(User, pk=user_id)
    form = PersonForm.of(Quota.objects.filter(user=whom).first(), posted(request))
    rights_now = {"is_active": whom.is_active, "is_staff": whom.is_staff}
    form.initial = {**form.initial, **rights_now, "may_run_code": may_run_own_code(whom)}
    if form.is_valid():
        rights = form.cleaned_data
        try:
            change_person(
                person=whom,
                is_active=rights["is_active"],
                is_staff=rights["is_staff"],
                may_run_code=rights.get("may_run_code"),
                quota=form.limits(),
                by=actor_of(request),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"Saved {whom}.")
            return redirect("people-list")
    context = {"title": whom.get_username(), "form": form}
    return render(request, "review/person.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def team_quota(request: HttpRequest, team_id: int) -> HttpResponse:
    _for_administrators(request)
    team = get_object_or_404(Team, pk=team_id)
    form = QuotaForm.of(Quota.objects.filter(team=team).first(), posted(request))
    if form.is_valid():
        set_team_quota(team, quota=form.limits(), by=actor_of(request))
        messages.success(request, f"Saved the quota of {team}.")
        return redirect("people-list")
    context = {"title": f"Quota of {team}", "form": form}
    return render(request, "review/person.html", context, status=422 if form.errors else 200)


def _for_administrators(request: HttpRequest) -> None:
    if not person(request).is_superuser:
        raise Http404


COLUMNS = (
    "at",
    "who",
    "action",
    "words",
    "path",
    "study_id",
    "status",
    "is_refused",
    "address",
    "door",
    "reason",
)


@require_safe
def audit_list(request: HttpRequest) -> HttpResponse:
    for_staff(request)
    query = {name: request.GET[name] for name in ("q", "refused") if request.GET.get(name)}
    page = Paginator(audit_entries(query), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"rows": audit_rows(page), "query": query, "pager": pager_of(page, **query)}
    return render(request, "review/audit.html", context)


@require_safe
def audit_export(request: HttpRequest) -> StreamingHttpResponse:
    """What the page lists, all of it, as CSV."""
    for_staff(request)
    entries = audit_entries(request.GET.dict())
    answer = StreamingHttpResponse(csv_pieces(COLUMNS, _rows(entries.iterator(2_000))), content_type=CSV_TYPE)
    answer["Content-Disposition"] = 'attachment; filename="parzen-audit.csv"'
    return answer


def _rows(entries: Iterator[AuditEntry]) -> Iterator[list[str]]:
    for entry in entries:
        own = {"words": action_words(entry.action)}
        yield [_cell(own.get(name) or getattr(entry, name)) for name in COLUMNS]


def _cell(value: object) -> str:
    return "" if value is None else plain_text(str(value))
