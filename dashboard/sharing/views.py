"""Who sees a study and how that is changed; what a link shows; the report."""

from collections.abc import Mapping

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dashboard.access.forms import SharingForm
from dashboard.access.rules import place_of, places_for, seen_by
from dashboard.models import Role, ShareLink, Study
from dashboard.sharing.actions import (
    TooManyGuesses,
    count_view,
    find_link,
    is_right_password,
    make_link,
    open_links,
    revoke_link,
)
from dashboard.sharing.forms import LinkForm
from dashboard.sharing.report_page import report_page
from dashboard.sharing.shared_page import shared_page, shared_trial
from dashboard.studies.actions import (
    share_study,
)
from dashboard.web.requests import actor_of, address_of, changing_study, person, posted, visible_study


@require_http_methods(["GET", "HEAD", "POST"])
def study_access(request: HttpRequest, study_id: int) -> HttpResponse:
    """Move a study to a team, into the open, or back to its owner."""
    study = changing_study(request, study_id, Role.OWNER)
    form = _form(request, study, posted(request))
    if form.is_valid():
        share_study(study, form.chosen(), by=actor_of(request))
        messages.success(request, f"{study.name} is now {seen_by(study)}.")
        return redirect(study)
    return _show(request, study, form)


@require_http_methods(["GET", "HEAD", "POST"])
def link_make(request: HttpRequest, study_id: int) -> HttpResponse:
    """The link stands on the answer to this request and nowhere else."""
    study = changing_study(request, study_id, Role.OWNER)
    if request.method != "POST":
        return redirect("study-access", study.pk)
    form = LinkForm(request.POST)
    trial = None
    if form.is_valid() and (number := form.cleaned_data["trial"]) is not None:
        trial = study.trials.filter(number=number).first()
        if trial is None:
            form.add_error("trial", f"The study has no trial {number}.")
    if not form.is_valid():
        return _show(request, study, _form(request, study), link_form=form)
    secret = make_link(
        study,
        trial=trial,
        days=form.days(),
        password=form.cleaned_data["password"],
        by=actor_of(request),
    )
    return _show(request, study, _form(request, study), secret=secret)


@require_http_methods(["GET", "HEAD", "POST"])
def link_revoke(request: HttpRequest, study_id: int, link_id: int) -> HttpResponse:
    if request.method != "POST":
        return redirect("study-access", changing_study(request, study_id, Role.OWNER).pk)
    study = visible_study(request, study_id)
    revoke_link(study, link_id=link_id, by=actor_of(request))
    return redirect("study-access", study.pk)


def _form(request: HttpRequest, study: Study, data: QueryDict | None = None) -> SharingForm:
    return SharingForm(data, places=places_for(person(request)), initial={"place": place_of(study)})


def _show(
    request: HttpRequest,
    study: Study,
    form: SharingForm,
    *,
    link_form: LinkForm | None = None,
    secret: str = "",
) -> HttpResponse:
    context = {
        "study": study,
        "form": form,
        "seen_by": seen_by(study),
        "links": open_links().filter(study=study).select_related("trial"),
        "link_form": link_form or LinkForm(initial={"trial": request.GET.get("trial", "")}),
        "secret": secret,
    }
    is_wrong = form.errors or (link_form is not None and link_form.errors)
    return render(request, "sharing/access.html", context, status=422 if is_wrong else 200)


@never_cache
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def shared_study(request: HttpRequest, secret: str) -> HttpResponse:
    link = find_link(secret)
    if link is None:
        return _answer(request, "sharing/expired.html", {}, status=404)
    if _is_open(request, link):
        if link.trial:
            page = shared_trial(link.study, link.trial)
            return _answer(request, "sharing/trial.html", {"page": page, "secret": secret})
        return _answer(request, "sharing/study.html", {"page": shared_page(link.study), "secret": secret})
    is_wrong = request.method == "POST"
    try:
        if is_wrong and is_right_password(
            link, request.POST.get("password", ""), address=address_of(request)
        ):
            request.session[_key(link)] = True
            return redirect("shared-study", secret)
    except TooManyGuesses:
        return _answer(request, "sharing/wait.html", {}, status=429)
    context = {"is_wrong": is_wrong}
    return _answer(request, "sharing/password.html", context, status=422 if is_wrong else 200)


@login_not_required
@require_POST
def shared_seen(request: HttpRequest, secret: str) -> HttpResponse:
    """A browser says that it shows the page; previews and scanners of links do not."""
    link = find_link(secret)
    if link is None or not _is_open(request, link):
        return HttpResponse(status=404)
    count_view(link)
    return HttpResponse(status=204)


def _is_open(request: HttpRequest, link: ShareLink) -> bool:
    return not link.password or bool(request.session.get(_key(link)))


def _key(link: ShareLink) -> str:
    return f"link-{link.pk}"


def _answer(
    request: HttpRequest, template: str, context: Mapping[str, object], status: int = 200
) -> HttpResponse:
    answer = render(request, template, dict(context), status=status)
    answer["X-Robots-Tag"] = "noindex"  # and the site's Referrer-Policy tells the address to nobody else
    return answer


@require_safe
def study_report(request: HttpRequest, study_id: int) -> HttpResponse:
    """One file to send or to print."""
    study = visible_study(request, study_id)
    answer = render(request, "sharing/report.html", {"page": report_page(study)})
    name = f"{slugify(study.name) or 'study'}-report.html"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
