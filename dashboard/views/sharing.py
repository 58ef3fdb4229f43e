"""Who sees a study, and how that is changed."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from dashboard.forms.sharing import SharingForm
from dashboard.models import Role
from dashboard.pages.sharing import seen_by
from dashboard.queries.access import place_of, places_for
from dashboard.services.studies import share_study
from dashboard.views.access import changing_study, person, person_name


@require_http_methods(["GET", "HEAD", "POST"])
def study_access(request: HttpRequest, study_id: int) -> HttpResponse:
    """Move a study to a team, into the open, or back to its owner."""
    study = changing_study(request, study_id, Role.OWNER)
    form = SharingForm(
        request.POST if request.method == "POST" else None,
        places=places_for(person(request)),
        initial={"place": place_of(study)},
    )
    if request.method == "POST" and form.is_valid():
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
    status = 422 if form.errors else 200
    context = {"study": study, "form": form, "seen_by": seen_by(study)}
    return render(request, "studies/access.html", context, status=status)
