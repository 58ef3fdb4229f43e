"""Confirming a study's best trials on the test part, and choosing one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from dashboard.forms.confirming import ConfirmForm
from dashboard.models import Role
from dashboard.pages.confirming import confirm_page
from dashboard.queries.access import may
from dashboard.services.confirming import ConfirmRefused, choose_winner, confirm_best
from dashboard.services.quotas import QuotaRefused
from dashboard.views.access import changing_study, person, row_number, visible_study

USUAL = {"n_best": 3, "n_seeds": 3}


@require_http_methods(["GET", "HEAD", "POST"])
def study_confirm(request: HttpRequest, study_id: int) -> HttpResponse:
    study = visible_study(request, study_id)
    form = ConfirmForm(initial=USUAL)
    if request.method == "POST":
        study = changing_study(request, study_id)
        form = ConfirmForm(request.POST)
        if form.is_valid():
            try:
                confirm_best(study_id=study.pk, by=person(request), **form.cleaned_data)
                return redirect("study-confirm", study.pk)
            except (ConfirmRefused, QuotaRefused) as refusal:
                form.add_error(None, str(refusal))
    page = confirm_page(study, may_edit=may(person(request), study, Role.EDITOR))
    context = {"page": page, "form": form}
    return render(request, "studies/confirm.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def study_winner(request: HttpRequest, study_id: int) -> HttpResponse:
    """Write down which trial is taken."""
    if request.method != "POST":
        return redirect(visible_study(request, study_id))
    study = changing_study(request, study_id)
    number = row_number(request.POST.get("trial", ""))
    try:
        choose_winner(study_id=study.pk, number=number, by=person(request))
        messages.success(request, f"Trial #{number} is the winner of {study.name}.")
    except ConfirmRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("study-confirm", study.pk)
