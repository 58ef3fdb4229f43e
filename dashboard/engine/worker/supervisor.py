"""Watches one training: passes its reports on, renews its lease, and ends it when it has to end.

The training runs in a child process that knows no database and no broker. Everything it says is data
from a stranger; everything that is written about it is fenced by its attempt.
"""

import logging
import signal
import threading
import time
from collections import deque
from collections.abc import Callable
from contextvars import copy_context
from dataclasses import replace

from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_delay, wait_incrementing

from dashboard.engine import fences
from dashboard.engine.artifacts import keep_model, model_draft
from dashboard.engine.checkpoints import delete_checkpoints
from dashboard.engine.fences import UNKEPT, Fence, Outcome, Step
from dashboard.engine.search.pruning import Judge
from dashboard.engine.worker.jobs import job_of
from dashboard.engine.worker.messages import (
    MAX_LINE,
    MAX_TRACEBACK,
    NONSENSE,
    Message,
    read_failed_metrics,
    read_line,
    read_outcome,
    read_resumed,
    read_step,
)
from dashboard.models import FailureKind, Study, Trial
from dashboard.wording import clean_text, duration, memory
from trainers.errors import HostFailed
from trainers.processes.host import TrainerHost
from trainers.processes.training_process import TrainerProcess

logger = logging.getLogger(__name__)

MAX_LOG_LINES = 500
DATABASE_AWAY = (OperationalError, InterfaceError)
# A worker that cannot start trainings must not burn through a study.
HOST_FAILED_SECONDS = 5
# Signals by which people and hosts end processes; they say nothing about a training.
FROM_OUTSIDE = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
# Nothing comes after one of these.
LAST_WORDS = {"result", "failed", "exited"}
# How long to go on trying to record an ending. Its fence keeps a late one harmless.
MAX_RECORD_SECONDS = 300


class Pulse:
    """True once per interval."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._last = time.monotonic()

    def is_due(self) -> bool:
        now = time.monotonic()
        if now - self._last < self.seconds:
            return False
        self._last = now
        return True


class Supervisor:
    def __init__(self, trial: Trial, *, host: TrainerHost, shutting_down: threading.Event) -> None:
        self.fence = Fence.of(trial)
        self.trial = trial
        self.study: Study = trial.study
        self.host = host
        self.shutting_down = shutting_down
        self.steps: list[Step] = []  # not written yet
        self.judge = Judge(self.study, trial.number)
        self.log: deque[str] = deque(maxlen=MAX_LOG_LINES)
        self.has_news = False
        self.memory = self.peak_memory = 0  # bytes
        self.last_step = 0
        self.resumed_after = 0  # the last epoch of an earlier attempt
        self.is_out_of_touch = False
        self.measured: Outcome | None = None  # the training is over, and its network is being saved
        self.is_finished = False  # nobody will continue this training
        self.begun: float | None = None  # when the training process was there
        self.renewed = time.monotonic()

    def run(self) -> None:
        """Supervise until the training has ended one way or the other. Never raises for a training's sake."""
        if self.study.code and not settings.OWN_CODE:
            self._end(FailureKind.ERROR, "Custom models are disabled on this worker (PARZEN_OWN_CODE=false).")
            return
        try:
            process = self.host.start(job_of(self.trial, self.study))
        except (HostFailed, OSError) as error:
            reason = f"The training could not be started: {error}"
            self._lose(reason)
            self.shutting_down.wait(HOST_FAILED_SECONDS)
            return
        is_over = threading.Event()
        context, watch = copy_context(), self._kill_when_out_of_touch  # with what log lines are about
        threading.Thread(target=context.run, args=(watch, process, is_over), daemon=True).start()
        try:
            self._watch(process)
        finally:
            is_over.set()
            process.kill()
            process.close()
            if self.is_finished:
                self._tidy_up()

    def _kill_when_out_of_touch(self, process: TrainerProcess, is_over: threading.Event) -> None:
        """Needs no database: it also works while this supervisor waits for one that does not answer."""
        while not is_over.wait(1):
            # A quarter of the lease is left: the training is dead before the reaper may give the trial away.
            if time.monotonic() - self.renewed > settings.LEASE_SECONDS * 0.75:
                self.is_out_of_touch = True
                logger.warning("the lease could not be renewed: killing the training")
                process.kill()
                return

    def _watch(self, process: TrainerProcess) -> None:
        # How late each may be: pages show steps, people stop trials, leases last for six renewals, and a
        # training must not eat much memory beyond its limit.
        checks = (
            (Pulse(0.25), self._flush),
            (Pulse(0.5), lambda: self._check_ownership(process)),
            (Pulse(settings.LEASE_SECONDS / 6), self._renew),
            (Pulse(1.0), lambda: self._check_limits(process)),
        )
        while True:
            message = process.poll(0.1)
            if message is not None and self._handle(message, process):
                return
            if any(pulse.is_due() and check() for pulse, check in checks):
                return

    def _handle(self, message: Message, process: TrainerProcess) -> bool:
        """Take one message of the training. True when it was its last."""
        try:
            return self._take(message, process)
        except NONSENSE as error:
            words = f"{type(error).__name__}: {error}"
            self._end(FailureKind.ERROR, f"The training sent an invalid report ({words}).")
            return True

    def _take(self, message: Message, process: TrainerProcess) -> bool:
        match message.get("type"):
            case "log":
                self.log.append(time.strftime("%H:%M:%S  ", time.gmtime()) + read_line(message))
            case "report":
                self.steps.append(read_step(message))
                self.last_step = self.steps[-1].number
            case "resumed":
                self.resumed_after = read_resumed(message)
            case "measured":
                self.measured = read_outcome(message)
            case "result":
                self._finish(read_outcome(message))
            case "failed":
                self._fail(message)
            case "exited":
                self._record_death(message["exit_code"], process)
            case _:
                return False
        self.has_news = True
        return message["type"] in LAST_WORDS

    # Checks: each returns True when the training has to end now -----------------------------------------

    def _flush(self) -> bool:
        """Write what has come in since the last time, at most a few times a second."""
        if not self.has_news:
            return False
        news = self.steps
        try:
            return not self._write_steps() or self._is_pruned(news)
        except DATABASE_AWAY as error:
            return self._has_lost_touch(error)

    def _is_pruned(self, news: list[Step]) -> bool:
        """Let the pruner judge the steps that have just been written."""
        if not self.study.pruner or self.measured:
            return False
        known = {step.number: step for step in news if step.number <= self.study.max_epochs}
        reported = {n: step.metrics.get(self.study.objective) for n, step in known.items()}
        found = self.judge.find_hopeless_step(reported)
        if found is None:
            return False
        at, decision = found
        step, value = known[at], reported[at]
        self.is_finished = self._record(
            lambda: fences.prune_trial(self.fence, step=step, value=value, reason=decision.text)
        )
        return True

    def _check_ownership(self, process: TrainerProcess) -> bool:
        """A trial that was cancelled, or given to another worker, is not ours to train."""
        if self.shutting_down.is_set():
            process.kill()
            reason = "The worker was shut down."
            if not self._has_finished_measured(reason):
                self._record(lambda: fences.return_trial(self.fence, reason=reason))
            return True
        try:
            is_ours = fences.is_current(self.fence)
        except DATABASE_AWAY as error:
            return self._has_lost_touch(error)
        if not is_ours:
            logger.info("cancelled or reassigned to another worker: ending the training")
        return not is_ours

    def _renew(self) -> bool:
        try:
            is_ours = fences.renew_lease(self.fence)
        except DATABASE_AWAY as error:
            return self._has_lost_touch(error)
        self.renewed = time.monotonic()
        return not is_ours

    def _check_limits(self, process: TrainerProcess) -> bool:
        self.memory = process.rss_bytes()
        self.peak_memory = max(self.peak_memory, self.memory)
        limit = settings.TRIAL_MEMORY_MB * 2**20
        if limit and self.peak_memory > limit:
            process.kill()
            used = memory(self.peak_memory)
            message = f"The training used {used} of memory; the limit is {memory(limit)}."
            self._end(FailureKind.OUT_OF_MEMORY, message)
            return True
        # From when the process is there: loading Keras is not the trial's fault.
        if self.begun is None and process.pid is not None:
            self.begun = time.monotonic()
        seconds = self.study.max_trial_seconds
        if seconds and self.begun is not None and time.monotonic() - self.begun > seconds:
            process.kill()
            self._end(FailureKind.TIMED_OUT, f"The trial took longer than {duration(seconds)}.")
            return True
        return False

    def _has_lost_touch(self, error: Exception) -> bool:
        """Give up before the reaper may give the trial away; until then a database may come back."""
        logger.warning("the database is not responding: %s", error)
        close_old_connections()
        return time.monotonic() - self.renewed > settings.LEASE_SECONDS * 0.75

    # Endings --------------------------------------------------------------------------------------------

    def _finish(self, outcome: Outcome) -> None:
        self.is_finished = self._record(lambda: fences.finish_trial(self.fence, outcome))

    def _has_finished_measured(self, reason: str) -> bool:
        """Finish a training that ended while its network was saved: it had its value by then."""
        if self.measured is None:
            return False
        self._finish(replace(self.measured, unkept=reason))
        return True

    def _fail(self, message: Message) -> None:
        if self._has_finished_measured(clean_text(message.get("message", ""), MAX_LINE)):
            return
        kind, metrics = message.get("kind", "error"), read_failed_metrics(message)
        self._record(
            lambda: fences.fail_trial(
                self.fence,
                kind=FailureKind(kind) if kind in FailureKind.values else FailureKind.ERROR,
                message=clean_text(message.get("message", ""), MAX_LINE),
                traceback=clean_text(message.get("traceback", ""), MAX_TRACEBACK),
                metrics=metrics,
            )
        )

    def _end(self, kind: FailureKind, message: str) -> None:
        if not self._has_finished_measured(message):
            self._record(lambda: fences.fail_trial(self.fence, kind=kind, message=message))

    def _record_death(self, code: int | None, process: TrainerProcess) -> None:
        """No result and no failure came before the end."""
        if self.is_out_of_touch:
            return  # its lease runs out, and the reaper gives it away
        if process.pid is None:
            self._lose("Keras could not be loaded on this worker. See the worker's log.")
            self.shutting_down.wait(HOST_FAILED_SECONDS)
        elif code is None:
            self._lose("The training fork server stopped.")
        else:
            reason = f"The training process {_how(code)} after epoch {self.last_step}.{_advice(code)}"
            self._lose(reason, is_own_death=-code not in FROM_OUTSIDE)

    def _tidy_up(self) -> None:
        """The trial has its result, whatever goes wrong now."""
        try:
            keep_model(self.trial, model_draft(self.trial))
        except Exception as error:
            logger.exception("the model could not be saved")
            self.fence.attempts().update(reason=f"{UNKEPT} {clean_text(error, 400)}")
        delete_checkpoints(self.study.pk, self.trial.number)

    def _lose(self, reason: str, *, is_own_death: bool = False) -> None:
        if not self._has_finished_measured(reason):
            self._record(lambda: fences.lose_trial(self.fence, reason=reason, is_own_death=is_own_death))

    def _write_steps(self) -> bool:
        is_ours = fences.report_steps(
            self.fence,
            steps=self.steps,
            objective=self.study.objective,
            log="\n".join(self.log),
            peak_memory=self.peak_memory or None,
            resumed_after=self.resumed_after,
        )
        self.steps, self.has_news, self.renewed = [], False, time.monotonic()
        return is_ours

    def _record(self, write: Callable[[], bool]) -> bool:
        """Write an ending; a database that is away for a while must not cost a finished training.

        False when it was refused: the trial is no longer ours.
        """
        # Steps before the ending, because the fence refuses what comes after it.
        return Retrying(
            retry=retry_if_exception_type(DATABASE_AWAY),
            wait=wait_incrementing(start=0.2, increment=0.3, max=2),
            stop=stop_after_delay(MAX_RECORD_SECONDS),
            before_sleep=_drop_connection,
            reraise=True,
        )(lambda: self._write_steps() and write())


def _drop_connection(state: RetryCallState) -> None:
    error = state.outcome and state.outcome.exception()
    logger.warning("the database is not responding, retrying: %s", error)
    close_old_connections()


def _how(code: int) -> str:
    return f"was killed by signal {-code}" if code < 0 else f"exited with code {code} without a result"


def _advice(code: int) -> str:
    return " Out of memory? Try a smaller model or batch." if code == -signal.SIGKILL else ""
