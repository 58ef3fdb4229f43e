"""The contract of every sampler, parametrised over all of them, and the example that teaches writing one."""

import re
from functools import partial
from pathlib import Path

import pytest

import optimizer
from optimizer import SAMPLERS, UnknownSampler, create_sampler, generator_for
from optimizer.samplers import base
from optimizer.testing import SAMPLER_CHECKS, check_sampler

PAGE = Path(__file__).parents[3] / "CONTRIBUTING.md"


@pytest.mark.parametrize("name", sorted(SAMPLERS))
@pytest.mark.parametrize("check", SAMPLER_CHECKS, ids=lambda check: check.__name__)
def test_every_sampler_keeps_the_contract(name, check):
    check(partial(create_sampler, name))


def test_the_sampler_in_the_contributing_page_keeps_it_too():
    (block,) = re.findall(
        r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    names = {}
    exec(compile(block, str(PAGE), "exec"), names)
    (sampler,) = (
        value
        for value in names.values()
        if isinstance(value, type) and issubclass(value, base.Sampler) and value is not base.Sampler
    )
    check_sampler(sampler)
    (info,) = (value for value in names.values() if isinstance(value, base.SamplerInfo))
    assert info.sampler is sampler
    assert info.problem == ""


def test_generators_differ_by_seed_and_by_trial():
    draws = {generator_for(seed, number).random() for seed in (0, 1, -1, 2**70) for number in range(50)}
    assert len(draws) == 200 - 50  # 2**70 has the low bits of 0
    assert generator_for(3, 4).random() == generator_for(3, 4).random()


def test_unknown_sampler_is_named_with_the_known_ones():
    with pytest.raises(UnknownSampler, match=r"must be one of auto, tpe, .*, got 'tpo'"):
        create_sampler("tpo")


def test_registry_speaks_for_itself():
    for name, info in SAMPLERS.items():
        assert info.name == info.sampler.name == name
        assert info.label
        assert info.help.endswith(".")
    assert optimizer.SAMPLERS is SAMPLERS
