"""Takes the pictures, makes them small, and writes the page that shows them."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PIL import Image

from benchmarks.gallery.pages import README_PICTURE, SHOTS, Shot, Studies
from benchmarks.pages.browser import PARZEN_DRAWN

if TYPE_CHECKING:
    from pathlib import Path

WIDTH, HEIGHT, README_HEIGHT = 1280, 800, 1090
THEMES = ("light", "dark")
# Flat colors and text: more colors are not seen, and cost a third more.
N_COLORS = 64
SETTLED_MS = 900
# Bytes from which a picture, as of a thousand lines, loses details that nobody sees.
LARGE = 60_000
HEAD = """# Gallery

`make gallery` makes these pictures anew. The params, the reasons, and the early stops are those of Parzen's
own samplers and pruner; the values come from a made-up function with fixed seeds, and nothing was trained.
"""


def take_all(browser: Any, address: str, cookies: Mapping[str, str], studies: Studies, folder: Path) -> int:
    """How many bytes they have together."""
    n_bytes = 0
    for theme in THEMES:
        context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme=theme)
        context.add_cookies([{"name": n, "value": v, "url": address} for n, v in cookies.items()])
        page = context.new_page()
        for shot in SHOTS:
            _open(page, address, shot, studies)
            picture = small(page.screenshot())
            n_bytes += save(picture, folder / f"{shot.name}-{theme}.webp")
            if shot.name == README_PICTURE and theme == THEMES[0]:
                page.set_viewport_size({"width": WIDTH, "height": README_HEIGHT})
                page.wait_for_timeout(SETTLED_MS)
                n_bytes += save(small(page.screenshot()), folder / f"{shot.name}.png")
                page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
        context.close()
    return n_bytes


def _open(page: Any, address: str, shot: Shot, studies: Studies) -> None:
    page.goto(address + shot.path(studies))
    page.wait_for_function(PARZEN_DRAWN)
    if shot.keys:
        page.keyboard.press(shot.keys)
        page.keyboard.type(shot.typed)
    page.wait_for_timeout(SETTLED_MS)


def small(png: bytes) -> Image.Image:
    """With a palette of its own."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    return picture.quantize(N_COLORS, dither=Image.Dither.NONE)


def save(picture: Image.Image, path: Path) -> int:
    if path.suffix == ".webp":
        picture.convert("RGB").save(path, lossless=True, quality=100, method=6)
        if path.stat().st_size > LARGE:
            picture.convert("RGB").save(path, quality=60, method=6)
    else:
        picture.save(path, optimize=True)
    return path.stat().st_size


def gallery_page() -> str:
    parts = [HEAD]
    for shot in SHOTS:
        images = "\n".join(f"![{shot.title}, {theme}](images/{shot.name}-{theme}.webp)" for theme in THEMES)
        parts.append(f"## {shot.title}\n\n{shot.words}\n\n{images}\n")
    return "\n".join(parts)
