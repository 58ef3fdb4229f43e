"""What a model file says of its goal: known names, contradictions, and what must be said."""

import pytest

from tests.trainers.custom.forked import forked_call
from trainers.custom import declaration
from trainers.custom.goal import CodeInvalid, known_direction

SPACE = "from optimizer import hp\nspace = {'x': hp.uniform('x', 0, 1)}\n"
OBJECTIVE = "def objective(p): return {'loss': 1 - p['x'], 'accuracy': p['x'], 'status': 'ok'}\n"


def read_declaration(source):
    return declaration.read_declaration(source, call=forked_call())


@pytest.mark.parametrize(
    ("metric", "direction"),
    [
        *((name, "minimize") for name in ("loss", "val_loss", "layer2_loss", "error2", "val_MeanError")),
        *((name, "minimize") for name in ("mean_absolute_error", "rmse", "log_loss", "test_mae_3")),
        *((name, "maximize") for name in ("accuracy", "val_accuracy_1", "top5_accuracy", "iou", "dice")),
        *((name, "maximize") for name in ("f1", "val_f1_score", "r2", "AUC", "BinaryAccuracy", "mean_iou")),
        *((name, None) for name in ("score", "value", "brier_score", "neg_mean_squared_error", "placement")),
        *((name, None) for name in ("accuracy_loss", "loss_value", "vacancy", "recall_at", "val_", "1")),
    ],
)
def test_only_whole_words_say_what_is_better(metric, direction):
    assert known_direction(metric) == direction


def test_an_unknown_metric_needs_a_direction():
    source = SPACE + "metric = 'quality'\ndef build(p): ...\n"
    with pytest.raises(CodeInvalid, match=r"direction is missing: .* quality"):
        read_declaration(source)
    assert read_declaration(source + "direction = 'minimize'").direction == "minimize"


@pytest.mark.parametrize(
    "source",
    [
        "metric, direction = 'accuracy', 'minimize'\n" + OBJECTIVE,
        "metric, direction = 'val_loss', 'maximize'\ndef build(p): ...",
        "direction = 'maximize'\n" + OBJECTIVE,
        "metric = 'f1'\n" + OBJECTIVE,
        "def objective(p): return {'accuracy': 1, 'status': 'ok'}",
        "def objective(p):\n    if p:\n        return {'f1': 1, 'status': 'ok'}\n    return 1",
    ],
)
def test_a_contradiction_is_refused_before_training(source):
    with pytest.raises(CodeInvalid, match=r"contradicts|but the objective returns only"):
        read_declaration(SPACE + source)


@pytest.mark.parametrize(
    "source",
    [
        OBJECTIVE,
        "metric = 'accuracy'\n" + OBJECTIVE,
        "def objective(p):\n    if p: return {'status': 'fail'}\n    return {**p, 'status': 'ok'}",
        "def objective(p):\n    def f(): return {'a': 1, 'status': 'ok'}\n    return f()['a']",
        "metric = 'accuracy'\ndef objective(p): return {'loss': 1, 'accuracy': 2, 'status': p['status']}",
    ],
)
def test_what_is_no_contradiction_is_taken(source):
    read_declaration(SPACE + source)
