"""Datasets: those that are known, and those that people upload."""

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from dashboard.access.forms import SharingForm
from dashboard.access.rules import check_role, place_of, places_for, seen_by
from dashboard.catalog import known_datasets
from dashboard.datasets import actions
from dashboard.datasets.forms import RecipeForm, UploadForm
from dashboard.datasets.page import dataset_page, text_form, uploads_for
from dashboard.engine.uploads import as_upload
from dashboard.models import Dataset, DatasetState, Role
from dashboard.refusal import Refused
from dashboard.web.polling import is_shown
from dashboard.web.requests import actor_of, person, posted
from trainers.datasets.pictures import contact_sheet
from trainers.datasets.registry import KNOWN
from trainers.datasets.uploads.findings import Findings
from trainers.datasets.uploads.recipe import Recipe
from trainers.errors import DatasetInvalid, DatasetMissing, ParamsInvalid


@require_safe
def dataset_list(request: HttpRequest) -> HttpResponse:
    context = {
        "datasets": known_datasets(),
        "uploads": uploads_for(person(request)),
        "data_dir": settings.DATA_DIR,
    }
    return render(request, "datasets/list.html", context)


@require_safe
@cache_control(private=True, max_age=3600)
def dataset_picture(request: HttpRequest, name: str) -> FileResponse:
    """A sheet of samples, one row per class."""
    upload = None if name in KNOWN else as_upload(_visible(request, name, state=DatasetState.READY))
    try:
        sheet = contact_sheet(name, str(settings.DATA_DIR), str(settings.CACHE_DIR), upload=upload)
    except (DatasetInvalid, DatasetMissing, ParamsInvalid) as error:
        raise Http404(str(error)) from error
    return FileResponse(sheet.open("rb"), content_type="image/png")


@require_http_methods(["GET", "HEAD", "POST"])
def dataset_upload(request: HttpRequest) -> HttpResponse:
    form = UploadForm(
        posted(request),
        request.FILES or None,
        places=places_for(person(request)),
        refusal=request.META.get("upload_refusal", ""),
        initial={"label": request.GET.get("name", "")[:60]},
    )
    if form.is_valid():
        try:
            return redirect(
                actions.upload_dataset(
                    file=form.cleaned_data["file"],
                    label=form.cleaned_data["label"],
                    has_header=form.cleaned_data["has_header"],
                    place=form.chosen(),
                    by=actor_of(request),
                )
            )
        except Refused as refusal:
            form.add_error("file", str(refusal))
    return render(request, "datasets/upload.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
def dataset_detail(request: HttpRequest, name: str) -> HttpResponse:
    page = dataset_page(_visible(request, name), person(request))
    return render(request, "datasets/detail.html", {"page": page})


@require_safe
def dataset_live(request: HttpRequest, name: str) -> HttpResponse:
    """Nothing while it is being read, then what there is to say.

    Swapped into the page: loading it again would take until the next question, and nobody could leave it.
    """
    dataset = _visible(request, name)
    if is_shown(request, dataset.state):
        return HttpResponse(status=204)
    page = dataset_page(dataset, person(request))
    return render(request, "datasets/_dataset.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
def dataset_describe(request: HttpRequest, name: str) -> HttpResponse:
    dataset = _changing(request, name, Role.EDITOR)
    if request.method != "POST" or not dataset.findings:
        return redirect(dataset)
    form = RecipeForm(
        request.POST,
        findings=Findings.from_json_dict(dataset.findings),
        recipe=Recipe.from_json_dict(dataset.recipe),
    )
    if form.is_valid():
        try:
            actions.describe_dataset(dataset, recipe=form.recipe(), by=actor_of(request))
            return redirect(dataset)
        except (Refused, DatasetInvalid) as refusal:
            form.add_error(None, str(refusal))
    page = dataset_page(dataset, person(request), form)
    return render(
        request, "datasets/detail.html", {"page": page, "errors": form.non_field_errors()}, status=422
    )


@require_http_methods(["GET", "HEAD", "POST"])
def dataset_reread(request: HttpRequest, name: str) -> HttpResponse:
    """Another encoding: the file is read again, and the page shows the first rows as they are then."""
    dataset = _changing(request, name, Role.EDITOR)
    form = text_form(dataset, posted(request))
    if form is not None and form.is_valid():
        try:
            actions.reread_dataset(dataset, **form.cleaned_data, by=actor_of(request))
        except Refused as refusal:
            messages.error(request, str(refusal))
    return redirect(dataset)


@require_http_methods(["GET", "HEAD", "POST"])
def dataset_access(request: HttpRequest, name: str) -> HttpResponse:
    dataset = _changing(request, name, Role.OWNER)
    form = SharingForm(
        posted(request), places=places_for(person(request)), initial={"place": place_of(dataset)}
    )
    if form.is_valid():
        actions.share_dataset(dataset, form.chosen(), by=actor_of(request))
        dataset.refresh_from_db()
        messages.success(request, f"{dataset} is now {seen_by(dataset)}.")
        return redirect(dataset)
    context = {"dataset": dataset, "form": form, "seen_by": seen_by(dataset)}
    return render(request, "datasets/access.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def dataset_delete(request: HttpRequest, name: str) -> HttpResponse:
    """Asks first, as the file is gone then."""
    dataset = _changing(request, name, Role.OWNER)
    if request.method == "POST":
        try:
            actions.delete_dataset(dataset, by=actor_of(request))
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect(dataset)
        messages.success(request, f"{dataset} was deleted.")
        return redirect("dataset-list")
    return render(request, "datasets/delete.html", {"dataset": dataset})


def _visible(request: HttpRequest, name: str, **wanted: str) -> Dataset:
    return get_object_or_404(uploads_for(person(request)), name=name, **wanted)


def _changing(request: HttpRequest, name: str, role: Role) -> Dataset:
    dataset = _visible(request, name)
    check_role(person(request), dataset, role)
    return dataset
