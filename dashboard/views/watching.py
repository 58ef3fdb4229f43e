"""Watching studies, and what there is to tell."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from dashboard.forms.watching import WishesForm
from dashboard.pages.pager import pager_of
from dashboard.queries.watching import notifications_of, wishes_of
from dashboard.services import watching as services
from dashboard.views.access import person, posted, row_number, visible_study

PAGE_SIZE = 50


@require_safe
def notification_list(request: HttpRequest) -> HttpResponse:
    page = Paginator(notifications_of(person(request)), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "watching/list.html", {"notifications": page, "pager": pager_of(page)})


@require_http_methods(["GET", "HEAD", "POST"])
def notification_read(request: HttpRequest) -> HttpResponse:
    """All that the page showed."""
    last = row_number(request.POST.get("last", ""))
    if request.method == "POST" and last is not None:
        services.read_all(person(request), up_to=last)
    return redirect("notification-list")


@require_http_methods(["GET", "HEAD", "POST"])
def notification_settings(request: HttpRequest) -> HttpResponse:
    form = WishesForm.for_wishes(wishes_of(person(request)), posted(request))
    if form.is_valid():
        services.set_wishes(user=person(request), **form.cleaned_data)
        messages.success(request, "Saved.")
        return redirect("notification-settings")
    return render(request, "watching/settings.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def study_watch(request: HttpRequest, study_id: int) -> HttpResponse:
    study = visible_study(request, study_id)
    if request.method == "POST":
        change = services.watch if request.POST.get("watch") == "1" else services.unwatch
        change(study=study, user=person(request))
    return redirect(study)
