"""Who sees a study, and how that is changed."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from dashboard.forms.sharing import LinkForm, SharingForm
from dashboard.models import Role, Study
from dashboard.pages.sharing import seen_by
from dashboard.queries.access import place_of, places_for
from dashboard.services.sharing import make_link, open_links, revoke_link
from dashboard.services.studies import share_study
from dashboard.views.access import changing_study, person, person_name, posted


@require_http_methods(["GET", "HEAD", "POST"])
def study_access(request: HttpRequest, study_id: int) -> HttpResponse:
    """Move a study to a team, into the open, or back to its owner."""
    study = changing_study(request, study_id, Role.OWNER)
    form = _form(request, study, posted(request))
    if form.is_valid():
        place = form.chosen()
        study.team_id, study.is_open = place.team_id, place.is_open
        words = seen_by(study)
        share_study(
            study_id=study.pk,
            team_id=place.team_id,
            is_open=place.is_open,
            words=words,
            by=person_name(request),
        )
        messages.success(request, f"{study.name} is now seen by {words}.")
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
        study=study,
        trial=trial,
        days=form.days(),
        password=form.cleaned_data["password"],
        by=person(request),
    )
    return _show(request, study, _form(request, study), secret=secret)


@require_http_methods(["GET", "HEAD", "POST"])
def link_revoke(request: HttpRequest, study_id: int, link_id: int) -> HttpResponse:
    study = changing_study(request, study_id, Role.OWNER)
    if request.method == "POST":
        revoke_link(study=study, link_id=link_id, by=person(request))
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
    return render(request, "studies/access.html", context, status=422 if is_wrong else 200)
