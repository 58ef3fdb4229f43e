"""What a person waits for: Start to the first epoch on the page, Stop to the end of the training."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from statistics import median
from typing import Any

import psutil

RUNS = 5
ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--no-first-run",
)


def time_the_page(address: str) -> None:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        print("\nStart and Stop in the browser: skipped, no Chromium here")
        return
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(ARGS))
        page = browser.new_page()
        _sign_in(page, address)
        times = [_start_and_stop(page, address) for _ in range(RUNS)]
        browser.close()
    starts, stops = [t[0] for t in times], [t[1] for t in times]
    print(f"\nIn the browser, {RUNS} runs on digits, worker warm (the page asks for news every second)")
    _print("Start to first epoch visible", starts, "5 s")
    _print("Stop to training process gone", stops, "2 s")


def _print(label: str, times: list[float], goal: str) -> None:
    print(f"  {label:30} median {median(times):.2f} s, worst {max(times):.2f} s    goal {goal}")


def _sign_in(page: Any, address: str) -> None:
    from django.conf import settings

    name, password = Path(settings.VAR_DIR, "first-sign-in.txt").read_text().split()
    page.goto(f"{address}/account/login/")
    page.fill("[name=username]", name)
    page.fill("[name=password]", password)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/studies/")


def _start_and_stop(page: Any, address: str) -> tuple[float, float]:
    page.goto(f"{address}/studies/new/?preset=quick")
    page.fill("[name=max_epochs]", "10000")
    began = time.perf_counter()
    page.click("button:has-text('Start study')")
    page.get_by_text("Epoch", exact=False).filter(has_text="of 10000").first.wait_for()
    started = time.perf_counter() - began
    trainings = _trainings()
    began = time.perf_counter()
    page.click("button:has-text('Stop')")
    psutil.wait_procs(trainings, timeout=30)
    return started, time.perf_counter() - began


def _trainings() -> list[psutil.Process]:
    """Children of this stack's fork server."""
    me = psutil.Process()
    below = me.children(recursive=True)
    servers = {p.pid for p in below if "trainers.processes.fork_server" in " ".join(p.cmdline())}
    return [p for p in below if p.ppid() in servers]
