"""What whoever has a link sees, without an account."""

from collections.abc import Mapping

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from dashboard.middleware import address_of
from dashboard.models import ShareLink
from dashboard.pages.shared import shared_page, shared_trial
from dashboard.services.sharing import TooManyGuesses, count_view, find_link, is_right_password


@never_cache
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def shared_study(request: HttpRequest, secret: str) -> HttpResponse:
    link = find_link(secret)
    if link is None:
        return _answer(request, "shared/over.html", {}, status=404)
    if _is_open(request, link):
        if link.trial:
            page = shared_trial(link.study, link.trial)
            return _answer(request, "shared/trial.html", {"page": page, "secret": secret})
        return _answer(request, "shared/study.html", {"page": shared_page(link.study), "secret": secret})
    is_wrong = request.method == "POST"
    try:
        if is_wrong and is_right_password(
            link, request.POST.get("password", ""), address=address_of(request)
        ):
            request.session[_key(link)] = True
            return redirect("shared-study", secret)
    except TooManyGuesses:
        return _answer(request, "shared/wait.html", {}, status=429)
    context = {"is_wrong": is_wrong}
    return _answer(request, "shared/password.html", context, status=422 if is_wrong else 200)


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
