"""Administrators: who may sign in, and what people and teams may use."""

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from dashboard.forms.people import PersonForm, QuotaForm
from dashboard.models import Quota, Team
from dashboard.pages.pager import pager_of
from dashboard.pages.people import people_rows, quota_words
from dashboard.queries.access import may_run_own_code
from dashboard.services.accounts import AccountRefused, change_person
from dashboard.services.quotas import set_quota
from dashboard.views.access import for_staff, person, posted

PAGE_SIZE = 50


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
    return render(request, "people/list.html", context)


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
                by=person(request),
            )
        except AccountRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            set_quota(user_id=whom.pk, **form.limits())
            messages.success(request, f"Saved {whom}.")
            return redirect("people-list")
    context = {"title": whom.get_username(), "form": form}
    return render(request, "people/edit.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def team_quota(request: HttpRequest, team_id: int) -> HttpResponse:
    _for_administrators(request)
    team = get_object_or_404(Team, pk=team_id)
    form = QuotaForm.of(Quota.objects.filter(team=team).first(), posted(request))
    if form.is_valid():
        set_quota(team_id=team.pk, **form.limits())
        messages.success(request, f"Saved the quota of {team}.")
        return redirect("people-list")
    context = {"title": f"Quota of {team}", "form": form}
    return render(request, "people/edit.html", context, status=422 if form.errors else 200)


def _for_administrators(request: HttpRequest) -> None:
    if not person(request).is_superuser:
        raise Http404
