"""What staff look after: a queue of studies, what was spent, a search over all of the past."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from dashboard.forms.review import ReviewForm, SearchForm
from dashboard.pages.metrics import goal_of
from dashboard.pages.pager import pager_of
from dashboard.pages.review import review_page
from dashboard.queries.access import studies_visible_to
from dashboard.queries.review import reviews_of, search_past
from dashboard.services.reviews import sign_off
from dashboard.views.access import for_staff, person, posted, visible_study

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
    asked = {name: value for name, value in request.GET.dict().items() if value and name in form.fields}
    context = {
        "form": form,
        "rows": [(study, goal_of(study)) for study in page],
        "n_found": page.paginator.count,
        "pager": pager_of(page, **asked),
    }
    return render(request, "review/search.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def study_review(request: HttpRequest, study_id: int) -> HttpResponse:
    """Sign a study off, with a word if one likes."""
    for_staff(request)
    study = visible_study(request, study_id)
    form = ReviewForm(posted(request))
    if form.is_valid():
        sign_off(study=study, by=person(request), note=form.cleaned_data["note"])
        messages.success(request, f"{study.name} is signed off.")
        return redirect("review-overview")
    context = {"study": study, "form": form, "reviews": reviews_of(study)}
    return render(request, "review/sign_off.html", context, status=422 if form.errors else 200)
