"""How many of a study's best trials are confirmed, and how often each is trained."""

from django import forms

from dashboard.forms.budget import count_field
from dashboard.services.confirming import MAX_BEST, MAX_SEEDS


class ConfirmForm(forms.Form):
    n_best = count_field("Best trials", high=MAX_BEST)
    n_seeds = count_field(
        "Seeds for each", high=MAX_SEEDS, hint="From two on it shows how far values move by chance."
    )
