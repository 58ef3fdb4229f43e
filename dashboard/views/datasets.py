from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from dashboard.pages.data import all_datasets
from trainers.datasets.pictures import contact_sheet
from trainers.errors import DatasetInvalid, DatasetMissing, ParamsInvalid


@require_safe
def dataset_list(request: HttpRequest) -> HttpResponse:
    return render(request, "datasets/list.html", {"datasets": all_datasets(), "data_dir": settings.DATA_DIR})


@require_safe
@cache_control(private=True, max_age=3600)
def dataset_picture(_request: HttpRequest, name: str) -> FileResponse:
    """A sheet of samples, one row per class."""
    try:
        sheet = contact_sheet(name, str(settings.DATA_DIR), str(settings.CACHE_DIR))
    except (DatasetInvalid, DatasetMissing, ParamsInvalid) as error:
        raise Http404(str(error)) from error
    return FileResponse(sheet.open("rb"), content_type="image/png")
