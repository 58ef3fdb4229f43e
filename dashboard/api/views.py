"""Pages of the API: tokens, a study that somebody trains elsewhere, and whatever is no operation."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from dashboard.access.rules import place_fields
from dashboard.api import actions
from dashboard.api.forms import ExternalStudyForm, TokenForm
from dashboard.api.problems import Problem, answer
from dashboard.engine.quotas import QuotaRefused
from dashboard.models import Access, ApiToken
from dashboard.refusal import Refused
from dashboard.web.requests import actor_of, person, posted, visible_study

EXTENDED_DAYS = 90
MEANINGS = (
    ("Read", "see studies, trials, and results"),
    ("Train trials", "read, ask for values, report results, enqueue and retry"),
    ("Full access", "also create, change, and delete studies"),
)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def api_tokens(request: HttpRequest) -> HttpResponse:
    form, made, text = TokenForm(person(request), posted(request)), None, ""
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made, text = actions.make_token(
                name=data["name"],
                access=Access(data["access"]),
                days=data["days"],
                team=data["team"],
                by=actor_of(request),
            )
            form = TokenForm(person(request))
        except Refused as refusal:
            form.add_error(None, str(refusal))
    now = timezone.now()
    tokens = ApiToken.objects.filter(user=person(request)).select_related("team", "study")
    context = {
        "form": form,
        "made": made,
        "text": text,
        "meanings": MEANINGS,
        "tokens": [(token, token.is_expired(now)) for token in tokens],
        "address": f"{request.scheme}://{request.get_host()}",
    }
    return render(request, "api/tokens.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def api_token_revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    if request.method != "POST":
        return redirect("api-tokens")
    token = get_object_or_404(ApiToken, pk=token_id, user=person(request))
    actions.revoke_token(token=token, by=actor_of(request))
    return redirect("api-tokens")


@require_http_methods(["GET", "HEAD", "POST"])
def api_token_extend(request: HttpRequest, token_id: int) -> HttpResponse:
    if request.method != "POST":
        return redirect("api-tokens")
    token = get_object_or_404(ApiToken, pk=token_id, user=person(request))
    try:
        actions.extend_token(token=token, days=EXTENDED_DAYS, by=actor_of(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("api-tokens")


@require_http_methods(["GET", "HEAD", "POST"])
def external_study_new(request: HttpRequest) -> HttpResponse:
    form = ExternalStudyForm(person(request), posted(request))
    if request.method == "POST" and form.is_valid():
        place = form.places[form.cleaned_data["place"]]
        try:
            study = actions.make_external_study(
                is_draft=False, by=actor_of(request), **form.study_fields(), **place_fields(place)
            )
            return redirect(study)
        except (Refused, QuotaRefused) as refusal:
            form.add_error(None, str(refusal))
    return render(request, "api/external_study.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
def study_train_it_yourself(request: HttpRequest, study_id: int) -> HttpResponse:
    """The lines to copy, with the name and the number of the study."""
    study = visible_study(request, study_id)
    address = f"{request.scheme}://{request.get_host()}"
    return render(request, "api/train_it_yourself.html", {"study": study, "address": address})


@require_safe
def api_docs(request: HttpRequest) -> HttpResponse:
    """Every operation, its fields and its answers, from the description that programs read."""
    from dashboard.api.reference import reference  # noqa: PLC0415 (the description is made once it is asked for)

    return render(request, "api/docs.html", reference())


@csrf_exempt
@login_not_required
def api_not_found(request: HttpRequest, path: str) -> HttpResponse:
    """Scripts read problems, not pages."""
    return answer(request, Problem(404, "not-found", f"The API has no address {path[:100]}."))
