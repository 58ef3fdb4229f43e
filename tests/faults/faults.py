"""What a fault run does to an installation, each fault a function of the rig and a random generator."""

import heapq
import random
import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import psutil
import redis
from django.conf import settings

from tests.faults.fake import journal
from tests.faults.rig import Part, Rig

Action = Callable[[], None]


@dataclass
class Kill:
    """A worker's death, for the figures: whose claims have to be made again?"""

    pid: int
    at: float


@dataclass
class Chaos:
    """Hurts the rig at random moments, and undoes later what has to be undone (thaw, start again)."""

    rig: Rig
    rng: random.Random
    seconds_between: float
    counts: Counter[str] = field(default_factory=Counter)
    kills: list[Kill] = field(default_factory=list)
    hand_backs: list[float] = field(default_factory=list)
    agenda: list[tuple[float, int, Action]] = field(default_factory=list)
    next_fault: float = 0

    def tick(self) -> None:
        now = time.monotonic()
        while self.agenda and self.agenda[0][0] <= now:
            heapq.heappop(self.agenda)[2]()
        if now >= self.next_fault:
            self.next_fault = now + self.rng.expovariate(1 / self.seconds_between)
            names = list(FAULTS)
            name = self.rng.choices(names, [FAULTS[n][0] for n in names])[0]
            if FAULTS[name][1](self):
                journal.append("fault", name=name)
                self.counts[name.replace("trouble database", self.rig.database.trouble)] += 1

    def finish(self) -> None:
        """Undo all that is still to be undone, now."""
        while self.agenda:
            heapq.heappop(self.agenda)[2]()

    def later(self, seconds: float, action: Action) -> None:
        heapq.heappush(self.agenda, (time.monotonic() + seconds, id(action), action))

    def victim(self) -> Part | None:
        free = [worker for worker in self.rig.workers if worker.is_up and not worker.is_held]
        return self.rng.choice(free) if free else None

    def note_kill(self, pid: int) -> None:
        self.kills.append(Kill(pid, time.time()))


def kill_worker(chaos: Chaos) -> bool:
    worker = chaos.victim()
    if worker is None:
        return False
    worker.kill()
    chaos.note_kill(worker.popen.pid)
    return True


def kill_training(chaos: Chaos) -> bool:
    worker = chaos.victim()
    trainings = worker.trainings() if worker else []
    if not trainings:
        return False
    with suppress(psutil.NoSuchProcess):
        chaos.rng.choice(trainings).kill()
    return True


def kill_fork_server(chaos: Chaos) -> bool:
    worker = chaos.victim()
    servers = [p for p in worker.tree()[1:] if p not in worker.trainings()] if worker else []
    if not servers:
        return False
    with suppress(psutil.NoSuchProcess):
        servers[0].kill()
    return True


def freeze_group(chaos: Chaos) -> bool:
    """Worker, fork server and trainings stand still, as on a host that swaps or sleeps."""
    return _freeze(chaos, lambda worker: worker.signal_tree(signal.SIGSTOP))


def freeze_worker(chaos: Chaos) -> bool:
    """The trainings go on and end; their results come late."""
    return _freeze(chaos, lambda worker: worker.popen.send_signal(signal.SIGSTOP))


def _freeze(chaos: Chaos, stop: Callable[[Part], None]) -> bool:
    worker = chaos.victim()
    if worker is None or sum(w.is_held for w in chaos.rig.workers) >= len(chaos.rig.workers) - 1:
        return False
    worker.is_held = True
    stop(worker)

    def thaw() -> None:
        worker.signal_tree(signal.SIGCONT)
        worker.is_held = False

    chaos.later(settings.LEASE_SECONDS * chaos.rng.uniform(0.5, 3), thaw)
    return True


def restart_worker(chaos: Chaos) -> bool:
    """SIGTERM, as in a rolling upgrade: the worker hands its trials back."""
    worker = chaos.victim()
    if worker is None:
        return False
    worker.is_held = True
    worker.popen.terminate()
    began = time.monotonic()

    def look() -> None:
        if not worker.is_up:
            chaos.hand_backs.append(time.monotonic() - began)
        elif time.monotonic() - began > 30:  # a process manager's patience is over, too
            worker.kill()
            chaos.note_kill(worker.popen.pid)
            chaos.counts["worker did not end on SIGTERM"] += 1
        else:
            chaos.later(0.1, look)
            return
        worker.start()

    chaos.later(0.1, look)
    return True


def kill_broker(chaos: Chaos) -> bool:
    return _broker_away(chaos, lambda: None)


def wipe_broker(chaos: Chaos) -> bool:
    """Every message is gone, with or without a restart."""
    if chaos.rng.random() < 0.5:
        return _client(lambda client: client.flushall())
    return _broker_away(chaos, lambda: shutil.rmtree(settings.VAR_DIR / "broker"))


def _broker_away(chaos: Chaos, meanwhile: Action) -> bool:
    broker = chaos.rig.broker
    if broker.is_held or not broker.is_up:
        return False
    broker.is_held = True
    broker.kill()
    meanwhile()

    def start() -> None:
        settings.BROKER_SOCKET.unlink(missing_ok=True)
        (settings.VAR_DIR / "broker").mkdir(exist_ok=True)
        broker.start()

    chaos.later(chaos.rng.uniform(0, 6), start)
    return True


def reset_connections(_: Chaos) -> bool:
    return _client(lambda client: client.client_kill_filter(_type="normal", skipme=True))


def _client(ask: Callable[[Any], object]) -> bool:
    try:
        with redis.Redis(unix_socket_path=str(settings.BROKER_SOCKET), socket_timeout=1) as client:
            ask(client)
    except redis.RedisError:
        return False
    return True


def trouble_database(chaos: Chaos) -> bool:
    chaos.rig.database.disturb(chaos.rng.uniform(0.2, settings.LEASE_SECONDS * 1.5))
    return True


def kill_housekeeping(chaos: Chaos) -> bool:
    if not chaos.rig.housekeeping.is_up:
        return False
    chaos.rig.housekeeping.kill()
    return True


# name -> how often, beside the others; what
FAULTS: dict[str, tuple[float, Callable[[Chaos], bool]]] = {
    "kill worker": (6, kill_worker),
    "kill training": (6, kill_training),
    "kill fork server": (1, kill_fork_server),
    "freeze group": (2, freeze_group),
    "freeze worker": (3, freeze_worker),
    "restart worker": (2, restart_worker),
    "kill broker": (1, kill_broker),
    "wipe broker": (1, wipe_broker),
    "reset connections": (1, reset_connections),
    "trouble database": (1, trouble_database),
    "kill housekeeping": (1, kill_housekeeping),
}
