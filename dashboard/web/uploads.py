"""How files come in: to the disk piece by piece, at two addresses, from who is signed in, up to a size."""

import tempfile
from pathlib import Path
from typing import Any, NoReturn

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload, TemporaryFileUploadHandler
from django.http import HttpRequest

from dashboard.wording import thousands

MEGABYTE = 10**6
ADDRESSES = {"dataset-upload", "study-import"}


class FileOnDisk(TemporaryUploadedFile):
    """Written where it will stay, so that keeping it is a change of its name."""

    def __init__(self, *args: Any) -> None:
        folder = Path(settings.UPLOAD_DIR)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = tempfile.NamedTemporaryFile(dir=folder, prefix=".upload-")  # noqa: SIM115, Django closes it
        UploadedFile.__init__(self, file, *args)


class UploadToDisk(TemporaryFileUploadHandler):
    """Refuses a file while it comes in, with a sentence in the request's META: `upload_refusal`."""

    request: HttpRequest
    _n_bytes = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        match = self.request.resolver_match
        if match is None or match.url_name not in ADDRESSES or not self.request.user.is_authenticated:
            raise StopUpload(connection_reset=False)
        FileUploadHandler.new_file(self, *args, **kwargs)
        try:
            self.file = FileOnDisk(
                self.file_name, self.content_type, 0, self.charset, self.content_type_extra
            )
        except OSError as error:
            self._refuse(_no_room(error))

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._n_bytes += len(raw_data)
        if self._n_bytes > settings.UPLOAD_MB * MEGABYTE:
            self._refuse(
                f"The file is larger than the upload limit of {thousands(settings.UPLOAD_MB)} MB. Make it "
                "smaller, or ask an administrator to raise PARZEN_UPLOAD_MB."
            )
        try:
            super().receive_data_chunk(raw_data, start)
        except OSError as error:  # a full disk
            self._refuse(_no_room(error))

    def _refuse(self, sentence: str) -> NoReturn:
        self.request.META["upload_refusal"] = sentence
        raise StopUpload(connection_reset=False)


def _no_room(error: OSError) -> str:
    return f"The file could not be saved: {error.strerror or error}. Contact an administrator."
