"""What the outputs of a network mean, for networks that people wrote too."""

import numpy as np
import pytest

from trainers.portable.predict import decode_outputs, encode_texts

YES_NO = {"kind": "table", "classes": ["no", "yes"]}


@pytest.mark.parametrize(("output", "name"), [(0.9, "yes"), (0.2, "no")])
def test_one_output_is_the_probability_of_the_second_class(output, name):
    (found,) = decode_outputs(YES_NO, np.array([[output]], np.float32))
    assert found["class"] == name
    assert found["probabilities"]["yes"] == pytest.approx(output)


@pytest.mark.parametrize(("output", "name"), [([0.4], "yes"), ([-0.4], "no"), ([3.0, 5.0], "yes")])
def test_logits_become_probabilities(output, name):
    (found,) = decode_outputs({**YES_NO, "is_logits": True}, np.array([output], np.float32))
    assert found["class"] == name
    assert sum(found["probabilities"].values()) == pytest.approx(1)


def test_outputs_that_are_no_classes_are_shown_as_they_are():
    assert decode_outputs(YES_NO, np.array([[1.0, 2.0, 3.0]])) == [{"values": [1.0, 2.0, 3.0]}]
    assert decode_outputs({"kind": "table", "classes": []}, np.array([[1.5]])) == [{"value": 1.5}]
    assert decode_outputs({"kind": "table", "classes": []}, np.array([[1.0, 2.0]])) == [
        {"values": [1.0, 2.0]}
    ]


def test_texts_are_given_as_they_are_to_a_network_that_reads_them():
    assert encode_texts({"kind": "text", "text": None}, ["a b", "c"]).tolist() == ["a b", "c"]
