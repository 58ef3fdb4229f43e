"""`python -m benchmarks.gallery`: the pictures of docs/images and the page docs/gallery.md."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.gallery.pictures import gallery_page, take_all
from benchmarks.pages.__main__ import serve_parzen, set_up
from benchmarks.pages.browser import chromium
from benchmarks.pages.parzen_side import sign_in
from benchmarks.stack import ROOT


@contextmanager
def broker() -> Iterator[None]:
    """Pages say so where there is none."""
    from django.conf import settings

    from dashboard.operations.launch.broker import embedded_broker

    process = subprocess.Popen(embedded_broker() or ["true"], stdout=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 10
        while not settings.REDIS_URL and not settings.BROKER_SOCKET.exists() and time.monotonic() < end:
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(10)


def main() -> None:
    # The page of a new study says where it looks for files.
    os.environ["PARZEN_DATA_DIR"] = "/data"
    images = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images"
    with tempfile.TemporaryDirectory(prefix="parzen-gallery-") as name, chromium() as browser:
        set_up(Path(name) / "var")
        from benchmarks.gallery.data import fill
        from tests.builders import make_user

        owner = make_user("ada", first_name="Ada", last_name="Lovelace")
        studies = fill(owner)
        with broker(), serve_parzen(owner) as server:
            n_bytes = take_all(browser, server.address, sign_in(owner), studies, images)
    if images == ROOT / "docs" / "images":
        (ROOT / "docs" / "gallery.md").write_text(gallery_page())
    print(f"{n_bytes / 1000:,.0f} kB in {images}")


if __name__ == "__main__":
    main()
