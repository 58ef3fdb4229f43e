"""Several hosts, with real cables between them: database and broker on one, a worker on each of two others.

A host is a network namespace of Linux, so this needs root, and PostgreSQL.
"""

import os
import secrets
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest

from dashboard.operations.launch.broker import server_binary
from tests.faults.databases import Postgresql, has_postgresql
from tests.faults.rig import ROOT, Part
from tests.live import wait_for

LEASE_SECONDS = 8
CENTRE = "10.77.0.1"
MAKE_STUDY = """
from django.contrib.auth.models import User
from dashboard.engine.lifecycle import start_study
from tests.builders import make_study
from tests.faults.studies import SMALL
study = make_study("draft", space=SMALL, max_trials=6, max_epochs=80, n_parallel=2, sampler="random")
start_study(study_id=study.pk, by="Ada")
"""


def ip(*words):
    subprocess.run(["ip", *words], check=True, capture_output=True)


def can_have_hosts():
    name = f"parzen-{secrets.token_hex(3)}"
    try:
        ip("netns", "add", name)
        ip("netns", "del", name)
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not has_postgresql(), reason="PostgreSQL is not installed"),
    pytest.mark.skipif(not can_have_hosts(), reason="network namespaces need root and iproute2"),
]


class Network:
    """A switch in the centre, and a cable to each other host."""

    def __init__(self, names):
        self.mark = f"pz{secrets.token_hex(2)}"
        self.cables = {}
        self._add_host("centre")
        self._in("centre", "link", "add", "switch", "type", "bridge")
        self._in("centre", "addr", "add", f"{CENTRE}/24", "dev", "switch")
        self._in("centre", "link", "set", "switch", "up")
        for number, name in enumerate(names, 2):
            self._add_host(name)
            self.cables[name] = f"cable{number}"
            ip(
                *("link", "add", self.cables[name], "netns", self.host("centre")),
                *("type", "veth", "peer", "name", "eth0", "netns", self.host(name)),
            )
            self._in("centre", "link", "set", self.cables[name], "master", "switch", "up")
            self._in(name, "addr", "add", f"10.77.0.{number}/24", "dev", "eth0")
            self._in(name, "link", "set", "eth0", "up")

    def host(self, name):
        return f"{self.mark}-{name}"

    def at(self, name):
        """What a command begins with that is to run on a host."""
        return ["ip", "netns", "exec", self.host(name)]

    def cut(self, name):
        self._in("centre", "link", "set", self.cables[name], "down")

    def mend(self, name):
        self._in("centre", "link", "set", self.cables[name], "up")

    def remove(self):
        for name in ("centre", *self.cables):
            with suppress(subprocess.CalledProcessError):
                ip("netns", "del", self.host(name))

    def _add_host(self, name):
        ip("netns", "add", self.host(name))
        self._in(name, "link", "set", "lo", "up")

    def _in(self, name, *words):
        ip("-n", self.host(name), *words)


@pytest.fixture
def network():
    network = Network(["one", "two"])
    yield network
    network.remove()


class Installation:
    def __init__(self, folder, network):
        self.folder, self.network = folder, network
        self.database = Postgresql(folder, address=CENTRE, prefix=network.at("centre"))
        self.parts = []
        self.environment = {
            "PARZEN_SECRET_KEY": "only-for-tests-0123456789-0123456789-0123456789",
            "PARZEN_LEASE_SECONDS": str(LEASE_SECONDS),
            "PARZEN_SLOTS": "1",
            "PARZEN_CHECKPOINT_SECONDS": "0",
            "DATABASE_URL": f"postgresql://postgres@{CENTRE}/postgres",
            "REDIS_URL": f"redis://{CENTRE}:6379/0",
        }

    def start(self):
        self.database.start()
        command = [
            server_binary(),
            "--bind",
            CENTRE,
            "--port",
            "6379",
            "--protected-mode",
            "no",
            "--save",
            "",
        ]
        self._add("broker", "centre", command)
        self.manage("migrate", "--verbosity", "0")
        self.manage("shell", "--no-imports", "-c", MAKE_STUDY)
        self.run("centre", "housekeeping")
        self.workers = {name: self.run(name, "worker") for name in ("one", "two")}

    def run(self, host, part):
        return self._add(part, host, [sys.executable, "manage.py", "run", part])

    def manage(self, *words):
        command = [*self.network.at("centre"), sys.executable, "manage.py", *words]
        subprocess.run(command, cwd=ROOT, env=self._environment("centre"), check=True)

    def ask(self, query):
        """Over the socket of the database, which is a file: no cable is needed."""
        with psycopg.connect(host=str(self.folder / "pg"), user="postgres", dbname="postgres") as opened:
            return opened.execute(query).fetchall()

    def attempts(self, state):
        query = "SELECT worker, trial_id, number FROM dashboard_attempt WHERE state = %s ORDER BY id"
        with psycopg.connect(host=str(self.folder / "pg"), user="postgres", dbname="postgres") as opened:
            return opened.execute(query, [state]).fetchall()

    def stop(self):
        for part in reversed(self.parts):
            part.popen.terminate()
        for part in reversed(self.parts):
            try:
                part.popen.wait(20)
            except subprocess.TimeoutExpired:
                part.signal_tree(9)
        self.database.stop()

    def _add(self, name, host, command):
        part = HostPart(f"{name}-{host}", [*self.network.at(host), *command], self.folder)
        part.environment = self._environment(host)
        part.start()
        self.parts.append(part)
        return part

    def _environment(self, host):
        folder = self.folder / host
        folder.mkdir(exist_ok=True)
        return os.environ | self.environment | {"PARZEN_VAR_DIR": str(folder)}


class HostPart(Part):
    environment = None

    def start(self):
        with self.log.open("ab") as log:
            self.popen = subprocess.Popen(
                self.command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )


@pytest.fixture
def installation(network):
    with TemporaryDirectory(prefix="parzen-hosts-") as folder:
        installation = Installation(Path(folder), network)
        try:
            installation.start()
            yield installation
        finally:
            installation.stop()


def test_cut_cable_costs_one_attempt_and_nothing_else(installation, network):
    """For longer than a lease: the trial is trained elsewhere, and the host takes part again afterwards."""
    at_work = "SELECT 1 FROM dashboard_trial WHERE state = 'running' AND step > 3"
    wait_for(lambda: len(installation.ask(at_work)) == 2, "a training on both hosts", 120)
    pid = installation.workers["one"].popen.pid
    [cut_off] = [a for a in installation.attempts("running") if f":{pid} " in a[0]]

    network.cut("one")
    wait_for(lambda: cut_off in installation.attempts("lost"), "the loss of the trial", 60)
    assert installation.workers["one"].trainings() == [], "it was given away while it still trained"
    assert installation.workers["one"].is_up
    wait_for(
        lambda: any(a[1] == cut_off[1] and a[2] > 1 for a in installation.attempts("running")),
        "another attempt at the trial",
        60,
    )
    network.mend("one")
    before = set(installation.attempts("complete"))
    wait_for(
        lambda: any(f":{pid} " in a[0] for a in installation.attempts("running")),
        "work on the mended host",
        60,
    )
    wait_for(
        lambda: installation.ask("SELECT 1 FROM dashboard_study WHERE state = 'finished'"),
        "the study's end",
        180,
    )

    complete = installation.attempts("complete")
    assert len(complete) == 6
    assert len({trial for _, trial, _ in complete}) == 6
    assert len(installation.attempts("lost")) == 1
    assert any(f":{pid} " in a[0] for a in complete if a not in before)
    numbers = installation.ask("SELECT number, state FROM dashboard_trial ORDER BY number")
    assert numbers == [(number, "complete") for number in range(6)]
    assert installation.workers["one"].is_up
