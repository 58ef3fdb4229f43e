"""`python -m benchmarks.pages [peer] [parzen] [lists]`: Parzen beside optuna-dashboard in one run."""

import os
import platform
import random
import subprocess
import sys
import tempfile
from functools import partial
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.pages import parzen_side as parzen
from benchmarks.pages import peer_side as peer
from benchmarks.pages.browser import (
    BRUSHED,
    EXPLORED,
    HEAP,
    LIMIT_SECONDS,
    PARZEN_DRAWN,
    PARZEN_LISTED,
    PEER_DRAWN,
    PEER_LISTED,
    Tab,
    Visit,
    chromium,
)
from benchmarks.pages.servers import (
    PEER_BIN,
    Server,
    copy_for_peer,
    parzen_command,
    peer_command,
    running,
)
from benchmarks.pages.table import Table
from benchmarks.stack import ROOT, free_port

SIZES, PEER_SIZES = (1_000, 10_000, 100_000), (1_000, 10_000)
N_STUDIES, N_LARGE, IDLE_SECONDS, N_COLD = 1_000, 100_000, 30, 3


def main() -> None:
    names = sys.argv[1:] or ["peer", "parzen", "lists"]
    with tempfile.TemporaryDirectory(prefix="parzen-bench-") as name, chromium() as browser:
        folder = Path(name)
        set_up(folder / "studies")
        table = Table()
        studies, owner = fill(folder / "studies")
        peer_database = folder / "studies" / "optuna.sqlite3"
        if "peer" in names:
            measure_peer(browser, peer_database, table)
        if "parzen" in names:
            measure_parzen(browser, studies, owner, table)
        table.add("lines of JavaScript of its own", None, parzen.lines_of_javascript(ROOT), "≤ 3,500")
        if "lists" in names:
            measure_lists(browser, folder / "studies", owner, table)
        print(f"\n{where()}\n\n{table.markdown()}")


def set_up(folder: Path) -> None:
    os.environ |= {
        "PARZEN_VAR_DIR": str(folder),
        "PARZEN_SECRET_KEY": "only-for-benchmarks-0123456789-0123456789-0123456789",
        "PARZEN_LOG_LEVEL": "WARNING",
        "DJANGO_SETTINGS_MODULE": "dashboard.settings",
        "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
    }
    folder.mkdir()
    import django

    django.setup()
    from django.core.management import call_command

    from dashboard.engine import hints

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    # Nobody trains here.
    hints._send_hints = lambda *_: None  # noqa: SLF001


def fill(folder: Path) -> tuple[dict[int, Any], Any]:
    from tests.builders import make_user

    owner = make_user("ada")
    ours, theirs = folder / "parzen.sqlite3", folder / "optuna.sqlite3"
    studies = {10_000: parzen.add_study(owner, 10_000)}
    copy_for_peer(ours, theirs)
    studies[1_000] = parzen.add_study(owner, 1_000)
    copy_for_peer(ours, theirs, studies[1_000].pk)
    studies[100_000] = parzen.add_study(owner, 100_000)
    say("filled")
    return studies, owner


def serve_parzen(owner: Any) -> Any:
    port = free_port()
    cookies = "; ".join(f"{name}={value}" for name, value in parzen.sign_in(owner).items())
    address = f"http://127.0.0.1:{port}"
    return running(parzen_command(port), address, "/account/login/", {"Cookie": cookies})


def serve_peer(database: Path) -> Any:
    port = free_port()
    return running(peer_command(database, port), f"http://127.0.0.1:{port}", "/api/meta")


def measure_peer(browser: Any, database: Path, table: Table) -> None:
    for n in PEER_SIZES:
        study = peer.study_of(database, f"{n:,} trials")
        with serve_peer(database) as server:
            memory = server.memory()
            tab = Tab(browser, server)
            table.visit("peer", n, cold=tab.visit(peer.page_of(study), PEER_DRAWN))
            if n == SIZES[0]:
                table.note("peer", "seen", peer.seconds_until_seen(tab, database, study))
            else:
                table.visit("peer", n, warm=tab.visit(peer.page_of(study), PEER_DRAWN))
                table.note("peer", "idle", idle(tab))
                table.note("peer", f"memory {n}", server.memory() - memory)
                table.note("peer", "csv", server.get(f"/csv/{study}").seconds)
            tab.close()
        say(f"optuna-dashboard, {n:,} trials")


def measure_parzen(browser: Any, studies: dict[int, Any], owner: Any, table: Table) -> None:
    cookies = parzen.sign_in(owner)
    for n in SIZES:
        path = parzen.page_of(studies[n])
        colds = [cold_visit(browser, owner, path, cookies) for _ in range(N_COLD)]
        visit, memory = sorted(colds, key=lambda cold: cold[0].seconds or LIMIT_SECONDS)[N_COLD // 2]
        table.visit("parzen", n, cold=visit)
        table.note("parzen", f"memory {n}", memory)
        with serve_parzen(owner) as server:
            server.get("/datasets/")
            table.note("parzen", f"first answer {n}", server.get(path).cpu_seconds)
            tab = Tab(browser, server, cookies)
            tab.visit(path, PARZEN_DRAWN)
            table.visit("parzen", n, warm=tab.visit(path, PARZEN_DRAWN))
            tab.close()
            table.note("parzen", f"answer {n}", parzen.median_of(partial(server.get, path))[0])
            if n == 10_000:
                measure_explore(browser, owner, studies[n], cookies, table)
                measure_changes(browser, server, studies[n], cookies, table)
            if n == N_LARGE:
                measure_two_people(browser, server, studies[n], table)
        say(f"Parzen, {n:,} trials")


def cold_visit(browser: Any, owner: Any, path: str, cookies: dict[str, str]) -> tuple[Visit, float]:
    """By a browser that was never here, of a process that has seen no trial; and the megabytes it took."""
    with serve_parzen(owner) as server:
        server.get("/datasets/")
        memory = server.memory()
        tab = Tab(browser, server, cookies)
        visit = tab.visit(path, PARZEN_DRAWN)
        tab.close()
        return visit, server.memory() - memory


def measure_explore(browser: Any, owner: Any, study: Any, cookies: dict[str, str], table: Table) -> None:
    """The view with all its pictures, of a process and a browser that know nothing; then a brush."""
    visits = []
    for _ in range(N_COLD):
        with serve_parzen(owner) as server:
            server.get("/datasets/")
            tab = Tab(browser, server, cookies)
            visits.append(tab.visit(parzen.page_of(study, "explore/"), EXPLORED))
            if len(visits) == N_COLD:
                table.note("parzen", "heap", tab.page.evaluate(HEAP))
                times = [tab.page.evaluate(BRUSHED, f"{n}e-3") for n in range(1, parzen.N_RUNS + 2)]
                table.note("parzen", "brush", median(times[1:]))
            tab.close()
    table.note("parzen", "explore", sorted(visits, key=lambda v: v.seconds or LIMIT_SECONDS)[N_COLD // 2])


def measure_changes(browser: Any, server: Server, study: Any, cookies: dict[str, str], table: Table) -> None:
    tab = Tab(browser, server, cookies)
    tab.visit(parzen.page_of(study), PARZEN_DRAWN)
    table.note("parzen", "idle", idle(tab))
    table.note("parzen", "seen", parzen.seconds_until_seen(tab, study))
    tab.close()
    table.note("parzen", "epoch", parzen.poll_with_an_epoch(server, study))
    table.note("parzen", "table", parzen.table_costs(server, study))
    memory = server.memory()
    table.note("parzen", "csv", server.get(parzen.page_of(study, "export/trials.csv")).seconds)
    table.note("parzen", "csv memory", server.memory() - memory)


def measure_two_people(browser: Any, server: Server, study: Any, table: Table) -> None:
    from tests.builders import make_user

    other = make_user("grace", is_staff=True)  # sees all studies
    tabs = [Tab(browser, server, parzen.sign_in(user)) for user in (study.owner, other)]
    for tab in tabs:
        tab.visit(parzen.page_of(study), PARZEN_DRAWN)
    table.note("parzen", "two tabs", idle(tabs[0]))
    for tab in tabs:
        tab.close()


def idle(tab: Tab) -> Visit:
    tab.stay(3)
    return tab.stay(IDLE_SECONDS)


def measure_lists(browser: Any, folder: Path, owner: Any, table: Table) -> None:
    """A thousand studies more, and the large one on the first page; the peer has none that large."""
    from django.utils import timezone

    from benchmarks.study_list import fill as fill_list
    from dashboard.models import Study

    fill_list(random.Random(0), owner, N_STUDIES)
    Study.objects.filter(max_trials=2 * N_LARGE).update(created_at=timezone.now())
    small = list(Study.objects.exclude(max_trials=2 * N_LARGE).values_list("pk", flat=True))
    database = folder / "optuna-list.sqlite3"
    copy_for_peer(folder / "parzen.sqlite3", database, *small)
    with serve_peer(database) as server:
        tab = Tab(browser, server)
        table.note("peer", "list", tab.visit("/dashboard", PEER_LISTED))
        tab.close()
    with serve_parzen(owner) as server:
        server.get("/datasets/")
        tabs = [Tab(browser, server, parzen.sign_in(owner)) for _ in range(N_COLD)]
        visits = [tab.visit("/studies/", PARZEN_LISTED) for tab in tabs]
        table.note("parzen", "list first", visits[0])
        table.note("parzen", "list", sorted(visits, key=lambda visit: visit.seconds or 0.0)[N_COLD // 2])


def where() -> str:
    asked = "from importlib.metadata import version as v; print(v('optuna'), v('optuna-dashboard'))"
    peers = subprocess.run([PEER_BIN / "python", "-c", asked], capture_output=True, text=True, check=True)
    optuna, dashboard = peers.stdout.split()
    packages = ", ".join(f"{name} {version(name)}" for name in ("django", "gunicorn", "numpy"))
    return (
        f"Python {platform.python_version()}, {packages}, optuna {optuna}, optuna-dashboard {dashboard}, "
        f"{len(os.sched_getaffinity(0))} cores, load {os.getloadavg()[0]:.1f}, seed 0; "
        f"limit of a page {LIMIT_SECONDS} s"
    )


def say(words: str) -> None:
    print(words, flush=True)


if __name__ == "__main__":
    main()
