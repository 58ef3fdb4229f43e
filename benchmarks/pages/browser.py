"""What somebody sees in Chromium: when a page is drawn, and what it took to get there."""

import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from benchmarks.page import ARGS
from benchmarks.pages.servers import Server

LIMIT_SECONDS = 90
# Seconds of CPU time within 0.8 s.
QUIET = 0.05
# The first chart has something on it. One that is drawn on a canvas, as a picture, or not there at all.
PARZEN_DRAWN = """() => {
  const isInked = (canvas) => {
    const { width, height } = canvas;
    const pixels = width && height && canvas.getContext("2d").getImageData(0, 0, width, height).data;
    return Boolean(pixels) && pixels.some((value) => value !== 0);
  };
  const charts = [...document.querySelectorAll("canvas[data-chart]")];
  return document.readyState === "complete" && charts.every(isInked);
}"""
PEER_DRAWN = "() => document.querySelector('.js-plotly-plot .scatterlayer .trace')"
# Every picture of the explore view, also those further down.
EXPLORED = """() => {
  const charts = [...document.querySelectorAll("canvas[data-chart]")];
  return document.querySelectorAll(".picture canvas").length > 20
    && charts.every((canvas) => window.Chart?.getChart(canvas))
    && Boolean(window.ParzenCharts.parallel?.state.lines);
}"""
# From the end of a drag to the charts in sight, with the answer of the server between.
BRUSHED = """async (high) => {
  const drawn = new Promise((resolve) =>
    document.addEventListener("chartsdrawn", () => resolve(performance.now()), { once: true }));
  const began = performance.now();
  window.ParzenSelection.selectRanges([["learning_rate", "1e-5", high]]);
  return (await drawn) - began;
}"""
HEAP = "() => performance.memory.usedJSHeapSize / 1e6"
PARZEN_LISTED = "() => document.querySelectorAll('main tbody tr').length >= 10"
PEER_LISTED = "() => document.querySelectorAll('a[href*=\"/studies/\"]').length >= 10"


@dataclass
class Visit:
    """`seconds` is None where nothing was drawn within the limit."""

    seconds: float | None = None
    cpu_seconds: float = 0.0
    n_requests: int = 0
    n_bytes: int = 0


@contextmanager
def chromium() -> Iterator[Any]:
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if not path:
        raise SystemExit("bench-pages needs Chromium: install it, or put your own on the PATH.")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGS))
        yield browser
        browser.close()


class Tab:
    """A tab of somebody who was never here before; bytes are counted as they travel."""

    def __init__(self, browser: Any, server: Server, cookies: Mapping[str, str] | None = None) -> None:
        self.server = server
        self.context = browser.new_context(viewport={"width": 1440, "height": 900})
        for name, value in (cookies or {}).items():
            self.context.add_cookies([{"name": name, "value": value, "url": server.address}])
        self.page = self.context.new_page()
        self.visit_now = Visit()
        session = self.context.new_cdp_session(self.page)
        session.send("Network.enable")
        session.on("Network.requestWillBeSent", self._on_request)
        session.on("Network.loadingFinished", self._on_end)

    def visit(self, path: str, drawn: str) -> Visit:
        """From the click to the first fold. Ends when the network is quiet, so that the cost is whole."""
        visit = self.visit_now = Visit()
        cpu, began = self.server.cpu(), time.perf_counter()
        try:
            self.page.goto(self.server.address + path, wait_until="commit", timeout=1000 * LIMIT_SECONDS)
            left = LIMIT_SECONDS - (time.perf_counter() - began)
            self.page.wait_for_function(drawn, timeout=1000 * max(1.0, left), polling=50)
        except Exception as error:
            if "Timeout" not in type(error).__name__:
                raise
        else:
            visit.seconds = time.perf_counter() - began
            self._wait_until_quiet()
        visit.cpu_seconds = self.server.cpu() - cpu
        return visit

    def _wait_until_quiet(self) -> None:
        """Charts further down and importance are part of what a visit costs."""
        end = time.monotonic() + LIMIT_SECONDS
        cpu, before = self.server.cpu(), -1.0
        while cpu - before > QUIET and time.monotonic() < end:
            self.page.wait_for_timeout(800)
            cpu, before = self.server.cpu(), cpu

    def stay(self, seconds: float) -> Visit:
        """Look at the page without doing anything."""
        visit = self.visit_now = Visit()
        cpu = self.server.cpu()
        self.page.wait_for_timeout(1000 * seconds)
        visit.seconds, visit.cpu_seconds = seconds, self.server.cpu() - cpu
        return visit

    def close(self) -> None:
        self.context.close()

    def _on_request(self, _event: Any) -> None:
        self.visit_now.n_requests += 1

    def _on_end(self, event: Any) -> None:
        self.visit_now.n_bytes += int(event["encodedDataLength"])
