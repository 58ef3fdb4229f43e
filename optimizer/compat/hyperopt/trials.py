"""``Trials``: what Hyperopt keeps of a search. The members are Hyperopt's, so they are many."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, ClassVar

from optimizer.compat.hyperopt.documents import (
    JOB_STATE_ERROR,
    JOB_STATES,
    STATUS_OK,
    Document,
    Tid,
    checked,
    document_of,
    raw_of,
)
from optimizer.compat.hyperopt.exceptions import AllTrialsFailed
from optimizer.compat.hyperopt.probable_best import probable_best_loss
from optimizer.compat.hyperopt.results import loss_of
from optimizer.values import is_number
from optimizer.wording import count_noun, thousands

if TYPE_CHECKING:
    from optimizer.values import Value


class Trials:
    """The trials of a search as documents, in the order in which they were begun.

    As in Hyperopt, those whose evaluation raised are counted by no member but ``documents``, and what was
    inserted appears with ``refresh``, which ``fmin`` calls after every trial. Can be pickled, and given to
    ``fmin`` again to continue.

    Examples
    --------
    >>> from optimizer import Trials, fmin, hp, rand
    >>> trials, space = Trials(), {"x": hp.quniform("x", 0, 3, 1)}
    >>> _ = fmin(lambda p: p["x"], space, rand.suggest, 3, trials=trials, rstate=0, verbose=False)
    >>> len(trials), trials.statuses()
    (3, ['ok', 'ok', 'ok'])
    >>> best = fmin(lambda p: p["x"], space, rand.suggest, 4, trials=trials, rstate=0, verbose=False)
    >>> len(trials), best, trials.best_trial["result"]["loss"]
    (4, {'x': 0.0}, 0.0)

    """

    search: ClassVar[Callable[..., Any]]  # ``fmin``, which needs this class and therefore sets it
    asynchronous: ClassVar[bool] = False
    parallelism: int = 1  # how many trials are evaluated at the same time

    def __init__(self, exp_key: str | None = None, refresh: bool = True) -> None:  # noqa: ARG002
        self.exp_key = exp_key
        self.delete_all()

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.refresh()

    def __len__(self) -> int:
        return len(self._trials)

    def __iter__(self) -> Iterator[Document]:
        return iter(self._trials)

    @property
    def trials(self) -> list[Document]:
        """The documents as of the last ``refresh``, without those that raised."""
        return list(self._trials)

    @property
    def documents(self) -> list[Document]:
        """All documents; one that raised has the status "fail" and says why in ``["result"]["failure"]``."""
        return list(self._dynamic_trials)

    @property
    def tids(self) -> list[Tid]:
        """Their numbers."""
        return [trial["tid"] for trial in self]

    @property
    def specs(self) -> list[Any]:
        """Always None; Hyperopt keeps the key."""
        return [trial["spec"] for trial in self]

    @property
    def results(self) -> list[dict[str, Any]]:
        """What the objective returned."""
        return [trial["result"] for trial in self]

    @property
    def miscs(self) -> list[dict[str, Any]]:
        """The values of each trial, and the tids that they belong to."""
        return [trial["misc"] for trial in self]

    @property
    def idxs(self) -> dict[str, list[Tid]]:
        """The tids of the trials in which a parameter was active, by label."""
        return _joined(misc["idxs"] for misc in self.miscs)

    @property
    def vals(self) -> dict[str, list[Value]]:
        """Its values in these trials, by label; indices for choices."""
        return _joined(misc["vals"] for misc in self.miscs)

    @property
    def idxs_vals(self) -> tuple[dict[str, list[Tid]], dict[str, list[Value]]]:
        """Both."""
        return self.idxs, self.vals

    def losses(self, bandit: object = None) -> list[float | None]:  # noqa: ARG002 - Hyperopt's, of no effect
        """The loss of each trial, None without one."""
        return [result.get("loss") for result in self.results]

    def statuses(self, bandit: object = None) -> list[str]:  # noqa: ARG002 - as above
        """The status of each trial, one of ``STATUS_STRINGS``."""
        return [result["status"] for result in self.results]

    @property
    def best_trial(self) -> Document:
        """The first trial with the lowest finite loss. Raises ``AllTrialsFailed`` without any."""
        losses = {i: loss for i, result in enumerate(self.results) if (loss := loss_of(result)) is not None}
        if not losses:
            raise AllTrialsFailed(
                f"no trial has a finite loss, got {self._summary()}; see trials.documents for what happened"
            )
        return self._trials[min(losses, key=losses.__getitem__)]

    @property
    def argmin(self) -> dict[str, Value]:
        """The values of the best trial, sorted by label; indices for choices, as for ``space_eval``."""
        return dict(sorted(raw_of(self.best_trial).items()))

    def average_best_error(self, bandit: object = None) -> float:  # noqa: ARG002 - results say all
        """The true loss to expect of the best trial, when the losses have a ``loss_variance``."""
        results = [result for result in self.results if loss_of(result) is not None]
        if not results:
            raise AllTrialsFailed(f"no trial has a finite loss, got {self._summary()}")
        return probable_best_loss(
            [result["loss"] for result in results],
            [result.get("loss_variance", 0.0) for result in results],
            [result.get("true_loss", result["loss"]) for result in results],
        )

    def aname(self, trial: Mapping[str, Any], name: str) -> str:
        """The key of a trial's attachment in ``attachments``."""
        return f"ATTACH::{trial['tid']}::{name}"

    def trial_attachments(self, trial: Mapping[str, Any]) -> MutableMapping[str, Any]:
        """The attachments of a trial by name: a view of ``attachments``."""
        return Attachments(self.attachments, self.aname(trial, ""))

    def refresh(self) -> None:
        """Show what was inserted since, without what raised, and with an ``exp_key`` only its own."""
        self._trials = [
            document
            for document in self._dynamic_trials
            if document["state"] != JOB_STATE_ERROR
            and (self.exp_key is None or document["exp_key"] == self.exp_key)
        ]

    def delete_all(self) -> None:
        """Delete all trials and attachments."""
        self._dynamic_trials: list[Document] = []  # the name that code for Hyperopt knows
        self.attachments: dict[str, Any] = {}
        self._next_tid = 0
        self.refresh()

    def count_by_state_synced(
        self, arg: int | Iterable[int], trials: Iterable[Document] | None = None
    ) -> int:
        """How many trials are in one of the given ``JOB_STATES``."""
        states = {arg} if isinstance(arg, int) else set(arg)
        if not states <= set(JOB_STATES):
            raise ValueError(f"states must be among {JOB_STATES}, got {sorted(states)}")
        return sum(trial["state"] in states for trial in (self._trials if trials is None else trials))

    def count_by_state_unsynced(self, arg: int | Iterable[int]) -> int:
        """The same among all documents, those that raised included."""
        return self.count_by_state_synced(arg, self._dynamic_trials)

    def new_trial_ids(self, n: int) -> list[int]:
        """Numbers that no trial has."""
        first, self._next_tid = self._next_tid, self._next_tid + n
        return list(range(first, self._next_tid))

    def new_trial_docs(
        self, tids: Iterable[Tid], specs: Iterable[Any], results: Iterable[Any], miscs: Iterable[Any]
    ) -> list[Document]:
        """Documents that wait to be evaluated, from lists of their parts; to be inserted."""
        parts = zip(tids, specs, results, miscs, strict=True)
        return [document_of(*part, self.exp_key) for part in parts]

    def insert_trial_docs(self, docs: Iterable[object]) -> list[Tid]:
        """Add documents from elsewhere, copied, and return their tids; all or none.

        Raises ``InvalidTrial``.
        """
        documents = [checked(doc) for doc in docs]
        tids = [document["tid"] for document in documents]
        self._next_tid = max([self._next_tid, *(int(tid) + 1 for tid in tids if is_number(tid))])
        self._dynamic_trials.extend(documents)
        return tids

    def insert_trial_doc(self, doc: object) -> Tid:
        """Add one document."""
        return self.insert_trial_docs([doc])[0]

    def fmin(
        self,
        fn: Callable[[Any], Any],
        space: Any,
        algo: Any = None,
        max_evals: int | None = None,
        **options: Any,
    ) -> Any:
        """``fmin`` with these trials."""
        return type(self).search(fn, space, algo, max_evals, trials=self, **options)

    def _summary(self) -> str:
        n, n_ok = len(self._dynamic_trials), self.statuses().count(STATUS_OK)
        return f"{count_noun(n, 'trial')}, {thousands(n_ok)} with status ok" if n else "no trials"


class Attachments(MutableMapping[str, Any]):
    """The entries of a dict whose keys begin with a prefix, without that prefix."""

    def __init__(self, store: dict[str, Any], prefix: str) -> None:
        self._store = store
        self._prefix = prefix

    def __getitem__(self, name: str) -> Any:
        return self._store[self._prefix + name]

    def __setitem__(self, name: str, value: Any) -> None:
        self._store[self._prefix + name] = value

    def __delitem__(self, name: str) -> None:
        del self._store[self._prefix + name]

    def __iter__(self) -> Iterator[str]:
        return (key.removeprefix(self._prefix) for key in self._store if key.startswith(self._prefix))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def trials_from_docs(docs: Iterable[object], validate: bool = True, **kwargs: Any) -> Trials:  # noqa: ARG001
    """``Trials`` with copies of documents from elsewhere, Hyperopt's own included; always validated."""
    trials = Trials(**kwargs)
    trials.insert_trial_docs(docs)
    trials.refresh()
    return trials


def _joined(by_trial: Iterable[Mapping[str, list[Any]]]) -> dict[str, list[Any]]:
    joined: dict[str, list[Any]] = {}
    for lists in by_trial:
        for label, values in lists.items():
            joined.setdefault(label, []).extend(values)
    return joined
