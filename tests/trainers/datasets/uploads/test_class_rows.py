"""How many rows of each class are in each part: shown, and said where a class is not there."""

import json
from dataclasses import replace

import numpy as np

from tests.trainers.datasets.uploads.made import described
from tests.trainers.datasets.uploads.test_arrays_and_pictures import GREY, Y, npz
from tests.trainers.sources import table
from trainers.datasets.base import Facts
from trainers.datasets.uploads.source import Upload

N = 100
DAYS = [str(day) for day in np.arange(np.datetime64("2024-01-01"), np.datetime64("2024-01-01") + N)]


def test_classes_that_a_split_by_time_hides_are_named(tmp_path):
    kinds = [("a", "b", "c")[n % 3] if n < 70 else ("a", "b")[n % 2] for n in range(N)]
    upload, warnings = described(tmp_path, table(N, day=DAYS, y=kinds), target="y", roles={"day": "time"})

    assert [counts[2] for counts in upload.info.class_rows] == [20, 3, 0]
    assert "C has no rows in the test set." in warnings


def test_rows_per_class_add_up(tmp_path):
    upload, _ = described(tmp_path, npz(x=GREY, y=Y), "arrays")
    again = Upload.from_json_dict(json.loads(json.dumps(upload.to_json_dict())))

    assert np.sum(upload.info.class_rows, axis=0).tolist() == [20, 20, 20]
    assert [sum(counts) for counts in upload.info.class_rows] == [36, 12, 12]
    assert again.info == upload.info


def test_numbers_to_predict_have_no_classes(tmp_path):
    upload, _ = described(tmp_path, table(N), target="size", task="regression")

    assert upload.info.class_rows == ()


def test_facts_of_earlier_versions_are_read():
    facts = Facts(1, 2, 3, class_rows=((1,), (2,), (3,)))
    stored = json.loads(json.dumps(facts.to_json_dict()))

    assert Facts.from_json_dict(stored) == facts
    del stored["class_rows"]
    assert Facts.from_json_dict(stored) == replace(facts, class_rows=())
