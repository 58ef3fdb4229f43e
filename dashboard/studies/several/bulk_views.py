"""The forms and buttons for several studies of the list."""

from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from dashboard.models import Role, Study, Trial
from dashboard.refusal import Refused
from dashboard.studies import actions
from dashboard.studies.several.bulk import (
    NOUN,
    TagForm,
    bulk_page,
    list_address,
    studies_in_order,
    tags_among,
    ticked_studies,
)
from dashboard.studies.several.compare import FEWEST, MOST, compare_page, compare_url
from dashboard.studies.several.importances import importance_rows
from dashboard.studies.several.named import offered, study_named
from dashboard.web.done import Done, act_on_each
from dashboard.web.requests import actor_of, person, posted

NONE_TICKED = "Select at least one study."


@require_http_methods(["GET", "HEAD", "POST"])
def studies_archive(request: HttpRequest) -> HttpResponse:
    """Or take them out of the archive. A GET, as after signing in again on the way, only shows the list."""
    if request.method != "POST":
        return redirect("study-list")
    is_archived = not request.GET.get("back")
    act = partial(actions.archive_study, is_archived=is_archived, by=actor_of(request))
    done = act_on_each(ticked_studies(person(request), request.POST), act, _why_not_archived, NOUN)
    return _told(request, done, "Archived" if is_archived else "Unarchived")


def _why_not_archived(study: Study) -> str:
    if study.is_active:
        return f"it is {study.state}. Stop it first"
    return "it is archived already" if study.is_archived else "it is not archived"


@require_safe
def studies_compare(request: HttpRequest) -> HttpResponse:
    """Two to six studies beside each other, in the order of the address; one, to choose others."""
    user = person(request)
    studies, error = studies_in_order(user, request.GET), ""
    if name := request.GET.get("add", "").strip():
        try:
            added = study_named(user, name, studies)
        except Refused as refusal:
            error = str(refusal)
        else:
            return redirect(compare_url([*(study.pk for study in studies), added.pk]))
    if not 1 <= len(studies) <= MOST:
        messages.warning(request, f"Select {FEWEST} to {MOST} studies to compare.")
        return redirect("study-list")
    page = compare_page(studies, request.GET.dict())
    others = offered(user, studies) if page.may_add else []
    context = {"page": page, "others": others, "add": name, "error": error}
    return render(request, "studies/compare/page.html", context)


@require_safe
def studies_compare_importance(request: HttpRequest) -> HttpResponse:
    """Asked for behind the page, because looking for it takes longer."""
    studies = studies_in_order(person(request), request.GET)[:MOST]
    compared = compare_page(studies).compared if studies else []
    context = {"compared": compared, "rows": importance_rows(compared)}
    return render(request, "studies/compare/_importance.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def studies_tag(request: HttpRequest) -> HttpResponse:
    query = request.POST if request.method == "POST" else request.GET
    studies = ticked_studies(person(request), query)
    page = bulk_page(person(request), query, studies, Role.EDITOR)
    form = TagForm(posted(request), tags_among(page.allowed))
    if not studies:
        return _told(request, None, "")
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        act = partial(actions.tag_study, add=data["add"], remove=data["remove"], by=actor_of(request))
        done = act_on_each(studies, act, lambda _: "it has these tags already", NOUN)
        return _told(request, done, "Changed the tags of")
    context = {"page": page, "form": form}
    return render(request, "studies/list/tag.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def studies_delete(request: HttpRequest) -> HttpResponse:
    """Asks first; what is deleted can be brought back."""
    query = request.POST if request.method == "POST" else request.GET
    studies = ticked_studies(person(request), query)
    if not studies:
        return _told(request, None, "")
    if request.method == "POST":
        act = partial(actions.delete_study, by=actor_of(request))
        done = act_on_each(studies, act, lambda _: "it is deleted already", NOUN)
        return _told(request, done, "Deleted", " You can restore them from Deleted studies.")
    page = bulk_page(person(request), query, studies, Role.OWNER)
    n_trials = Trial.objects.filter(study__in=page.allowed).count()
    return render(request, "studies/list/delete.html", {"page": page, "n_trials": n_trials})


def _told(request: HttpRequest, done: Done | None, did: str, after: str = "") -> HttpResponse:
    """Back at the list, with one message about all of them."""
    if done is None or not (done.n or done.left):
        messages.warning(request, NONE_TICKED)
    else:
        tell = messages.warning if done.left else messages.success
        tell(request, done.message(did, after))
    return redirect(list_address(request.POST if request.method == "POST" else request.GET).url)
