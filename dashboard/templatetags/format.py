"""The filters of every template: numbers, times and states in words, form fields tied to their hints."""

from django import template
from django.forms import BoundField
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from dashboard import wording

register = template.Library()

for written in (
    wording.metric,
    wording.param,
    wording.percent,
    wording.value,
    wording.duration,
    wording.ago,
    wording.memory,
    wording.file_size,
    wording.datum,
    wording.thousands,
    wording.count_noun,
    wording.person_name,
    wording.sentence_case,
    wording.ordinal,
    wording.state_tone,
    wording.state_icon,
    wording.state_label,
    wording.message_tone,
    wording.message_icon,
):
    register.filter(written.__name__, written)


@register.filter
def with_commands(sentence: str) -> SafeString:
    """A sentence in which commands between `backticks` are set as code."""
    parts = sentence.split("`")
    return format_html_join(
        "", "{}", ((format_html("<code>{}</code>", p) if i % 2 else p,) for i, p in enumerate(parts))
    )


@register.filter
def styled(field: BoundField) -> BoundField:
    """A field of a library's form, in the look of Parzen's."""
    look = {"select": "select", "textarea": "textarea", "checkbox": "", "radioselect": ""}
    attrs = field.field.widget.attrs
    attrs.setdefault("class", look.get(field.widget_type, "input"))
    attrs.pop("placeholder", None)  # it repeats the label
    return field


@register.filter
def error_id(field: BoundField) -> str:
    """The id that Django's own aria-describedby expects on the errors of a field."""
    return f"{field.auto_id}_error"


@register.filter
def hint_id(field: BoundField) -> str:
    """The id that Django's own aria-describedby expects on the help text of a field."""
    return f"{field.auto_id}_helptext"


@register.filter
def described(field: BoundField, hint: object = None) -> SafeString:
    """The control, tied to its errors and its hint, also where the hint comes from the template."""
    if not hint or field.help_text:
        return field.as_widget()
    ids = [hint_id(field), *([error_id(field)] if field.errors else [])]
    return field.as_widget(attrs={"aria-describedby": " ".join(ids)})
