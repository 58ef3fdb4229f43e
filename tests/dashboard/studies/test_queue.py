"""The card of a study that waits for a slot: who is before it, as far as the person may see."""

from dashboard.engine.claims import claim_trial
from dashboard.engine.registration import register_worker
from tests.builders import complete, make_user, running_study


def waiting(user, n):
    """A slot that an older study uses, and n studies that wait, the last one of `user`."""
    bob = make_user("bob", first_name="Bob", last_name="Stone")
    owners = [bob] * n + [user]
    made = [running_study(owner=owner, name=f"study {i}", sampler="random") for i, owner in enumerate(owners)]
    for study in made:
        complete(study)
    register_worker(name="node-a:1", n_slots=1)
    assert claim_trial(worker="node-a:1 / 1", queues=["cpu"]) is not None
    return made


def body(page, study):
    text = page.get(study.get_absolute_url()).content.decode()
    return text.split('id="study-queue"')[1].split('id="study-best"')[0]


def test_studies_of_others_have_a_place_and_no_name(page, user):
    *_, own = waiting(user, 3)
    text = body(page, own)
    assert "Waiting for a worker slot" in text
    assert text.count("A study that you cannot see") == 2
    assert "study 1" not in text
    assert "Stone" not in text
    assert 'class="is-own"' in text


def test_studies_that_are_open_are_named_with_their_owner(page, user):
    user.is_staff = True  # sees every study
    user.save()
    _, second, own = waiting(user, 2)
    text = body(page, own)
    assert second.get_absolute_url() in text
    assert "Bob Stone" in text


def test_a_long_line_shows_those_right_before(page, user):
    made = waiting(user, 8)
    text = body(page, made[-1])
    assert text.count('class="queue-place') == 4
    assert 'start="5"' in text


def test_a_study_that_trains_has_no_card(page, user):
    first, *_ = waiting(user, 1)
    user.is_staff = True
    user.save()
    assert "Waiting for a worker slot" not in body(page, first)
