"""The list of guards follows the code."""

import pytest

from tests.faults.mutants.guards import mutants
from tests.faults.mutants.hunt import mutate
from tests.faults.rig import ROOT


@pytest.mark.parametrize("mutant", mutants(), ids=lambda mutant: mutant.name)
def test_guard_is_still_where_the_list_says(mutant):
    text = (ROOT / mutant.file).read_text()

    assert mutate(text, mutant) != text
    assert all((ROOT / test.split("::")[0]).is_file() for test in mutant.tests)


def test_every_guard_has_a_name_of_its_own():
    names = [mutant.name for mutant in mutants()]
    assert len(set(names)) == len(names) > 50
