from dashboard.models.trial import trial_seed


def test_repeat_of_a_trial_has_the_same_seed_and_its_neighbours_have_others():
    seeds = [trial_seed(7, number) for number in range(100)]

    assert seeds == [trial_seed(7, number) for number in range(100)]
    assert len(set(seeds)) == 100


def test_seed_fits_what_a_training_takes():
    assert all(0 <= trial_seed(study, 10**6) < 2**31 for study in (0, 2**31 - 1))
