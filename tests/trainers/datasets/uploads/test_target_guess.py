"""What is predicted is guessed by names first, and a text that is not used says why."""

import numpy as np
import pytest

from tests.trainers.datasets.uploads.made import described, written
from tests.trainers.sources import table
from trainers.datasets.uploads.guesses.guess import guess_recipe, table_guess
from trainers.datasets.uploads.guesses.targets import named_target
from trainers.datasets.uploads.tables import read_table

N = 60


@pytest.mark.parametrize(
    ("names", "target"),
    [
        (["target", "a", "b"], "target"),
        (["Label", "a"], "Label"),
        (["class", "price"], "class"),
        (["y", "x1", "x2"], "y"),
        (["SalePrice", "area"], "SalePrice"),
        (["survived", "pclass", "sex"], "survived"),
        (["customer churn", "tenure"], "customer churn"),
        (["median_house_value", "ocean_proximity"], "median_house_value"),
        (["list price", "sale price", "area"], "sale price"),
        (["sales", "assets", "marketvalue"], "marketvalue"),
        (["rooms", "houseprice", "area"], "houseprice"),
        (["classic", "labelled", "pricey", "year"], ""),
        ([], ""),
    ],
)
def test_a_name_says_what_is_predicted(names, target):
    assert named_target(names) == target


def test_the_target_is_guessed_by_name_and_else_by_place(tmp_path):
    rng = np.random.default_rng(0)
    columns = {"churn": rng.choice(["no", "yes"], N).tolist(), "age": rng.normal(40, 9, N).tolist()}
    recipe = guess_recipe(read_table(written(tmp_path, table(N, y=["-"] * N, **columns)), tmp_path))
    assert (recipe.target, recipe.task) == ("churn", "classification")

    other = guess_recipe(read_table(written(tmp_path, table(N).replace("y\n", "last\n", 1)), tmp_path))
    assert other.target == "last"


def test_a_text_beside_other_columns_is_used_and_one_alone_has_trainers_of_its_own(tmp_path):
    texts = [f"This is the review number {n} of somebody who liked it." for n in range(N)]
    content = table(N, review=texts)
    guess = table_guess(read_table(written(tmp_path, content), tmp_path))[2]["review"]

    assert (guess.role, guess.reason) == ("text", "")
    assert described(tmp_path, content)[0].info.kind == "table"
    alone = {"review": "text", "size": "left out", "colour": "left out"}
    assert described(tmp_path, content, roles=alone)[0].info.kind == "text"
