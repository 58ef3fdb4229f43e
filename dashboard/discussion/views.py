"""Notes, comments, notifications."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from dashboard.discussion import actions
from dashboard.discussion.actions import add_comment, remove_comment, write_note
from dashboard.discussion.forms import CommentForm, NoteForm, PreferencesForm
from dashboard.discussion.queries import notifications_of, preferences_of
from dashboard.models import Study, Trial
from dashboard.web.pager import pager_of
from dashboard.web.requests import (
    actor_of,
    back_to,
    changing_study,
    person,
    posted,
    row_number,
    visible_study,
    visible_trial,
)


def _discussion(study: Study) -> str:
    return reverse("study-discussion", args=[study.pk])


@require_http_methods(["GET", "HEAD", "POST"])
def study_note(request: HttpRequest, study_id: int) -> HttpResponse:
    study = changing_study(request, study_id)
    start = {"note": study.note, "tags": ", ".join(map(str, study.tags.all())), "version": study.note_version}
    form = NoteForm(posted(request), initial=start)
    if request.method != "POST" or not form.is_valid():
        return _show_note(request, study, form, status=422 if form.errors else 200)
    data = form.cleaned_data
    if write_note(
        study,
        text=data["note"],
        tags=data["tags"],
        version=data["version"],
        by=actor_of(request),
    ):
        return redirect(f"{_discussion(study)}#study-note")
    # What they wrote stays in the form; saving it once more replaces what is shown above it.
    study.refresh_from_db()
    mine = {"note": data["note"], "tags": ", ".join(data["tags"]), "version": study.note_version}
    return _show_note(request, study, NoteForm(initial=mine), status=409)


def _show_note(request: HttpRequest, study: Study, form: NoteForm, *, status: int) -> HttpResponse:
    context = {"study": study, "form": form, "is_conflict": status == 409}
    return render(request, "discussion/note.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def study_comment(request: HttpRequest, study_id: int) -> HttpResponse:
    return _comment(request, visible_study(request, study_id), None)


@require_http_methods(["GET", "HEAD", "POST"])
def trial_comment(request: HttpRequest, study_id: int, number: int) -> HttpResponse:
    study = visible_study(request, study_id)
    return _comment(request, study, visible_trial(study, number))


def _comment(request: HttpRequest, study: Study, trial: Trial | None) -> HttpResponse:
    """Everybody who sees a study may say something. What cannot be kept comes back on a page of its own."""
    place = trial.get_absolute_url() if trial else _discussion(study)
    if request.method != "POST":
        return redirect(f"{place}#comments")
    form = CommentForm(request.POST)
    if not form.is_valid():
        context = {"study": study, "trial": trial, "form": form}
        return render(request, "discussion/comment.html", context, status=422)
    add_comment(study, trial=trial, text=form.cleaned_data["text"], by=actor_of(request))
    return redirect(f"{place}#comments")


@require_http_methods(["GET", "HEAD", "POST"])
def comment_remove(request: HttpRequest, study_id: int, comment_id: int) -> HttpResponse:
    study = visible_study(request, study_id)
    if request.method != "POST":
        return redirect(f"{_discussion(study)}#comments")
    comment = get_object_or_404(study.comments.select_related("trial"), pk=comment_id)
    place = comment.trial.get_absolute_url() if comment.trial else _discussion(study)
    remove_comment(study, comment, by=actor_of(request))
    return redirect(f"{place}#comments")


PAGE_SIZE = 50


@require_safe
def notification_list(request: HttpRequest) -> HttpResponse:
    page = Paginator(notifications_of(person(request)), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "discussion/notifications.html", {"notifications": page, "pager": pager_of(page)})


@require_http_methods(["GET", "HEAD", "POST"])
def notification_read(request: HttpRequest) -> HttpResponse:
    """All that the page showed."""
    last = row_number(request.POST.get("last", ""))
    if request.method == "POST" and last is not None:
        actions.read_all(up_to=last, by=actor_of(request))
    return redirect("notification-list")


@require_http_methods(["GET", "HEAD", "POST"])
def notification_settings(request: HttpRequest) -> HttpResponse:
    form = PreferencesForm.for_preferences(preferences_of(person(request)), posted(request))
    if form.is_valid():
        actions.set_preferences(**form.cleaned_data, by=actor_of(request))
        messages.success(request, "Saved.")
        return redirect("notification-settings")
    return render(
        request, "discussion/notification_settings.html", {"form": form}, status=422 if form.errors else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
def study_watch(request: HttpRequest, study_id: int) -> HttpResponse:
    study = visible_study(request, study_id)
    if request.method == "POST":
        change = actions.watch if request.POST.get("watch") == "1" else actions.unwatch
        change(study, by=actor_of(request))
    return back_to(request, study)
