"""How a recipe is kept: what a person described is what is read, in every database."""

import json

from trainers.datasets.uploads.recipe import Recipe


def test_order_of_columns_survives_a_database_that_sorts_keys():
    """PostgreSQL sorts the keys of JSON objects by length; the order of columns is the order of inputs."""
    recipe = Recipe(task="regression", target="b", roles={"width": "number", "b": "number", "aa": "category"})

    stored = json.loads(json.dumps(recipe.to_json_dict(), sort_keys=True))

    assert list(Recipe.from_json_dict(stored).roles) == ["width", "b", "aa"]
    assert Recipe.from_json_dict(stored) == recipe


def test_recipe_of_an_earlier_version_is_read():
    stored = {"task": "regression", "target": "b", "roles": {"b": "number"}, "season": 1, "side": 0}

    assert Recipe.from_json_dict(stored).roles == {"b": "number"}
