"""Tags for the rows of the search-space table."""

from django import template
from django.forms import BoundField

from dashboard.new_study.knob_form import LABELS, KnobForm
from dashboard.new_study.priors import Prior, prior_of
from dashboard.new_study.study_forms import condition_words

register = template.Library()


@register.simple_tag
def prior(form: KnobForm) -> Prior | None:
    return prior_of(form)


@register.filter
def knob_label(field: BoundField) -> str:
    return LABELS[field.name]


@register.filter
def condition(form: KnobForm) -> str:
    return condition_words(form.knob.when)
