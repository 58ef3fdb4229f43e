"""What is done with several studies of the list at once, and why not with some of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import QueryDict

from dashboard.access.rules import may, studies_visible_to
from dashboard.models import Role, Study, Tag, searches
from dashboard.studies.list_address import ListAddress
from dashboard.web.fields import TagsField
from dashboard.web.requests import row_number
from dashboard.wording import person_name

# More than a page of the list has.
MAX_STUDIES = 200
NOUN = "study,studies"


@dataclass(frozen=True)
class BulkPage:
    """The ticked studies: those that this person may change so, and the others with the reason."""

    allowed: list[Study]
    refused: list[tuple[Study, str]]
    address: ListAddress

    @property
    def n_active(self) -> int:
        return sum(study.is_active for study in self.allowed)


class TagForm(forms.Form):
    add = TagsField("Add tags", "Separate tags with commas. Tags that a study already has stay as they are.")
    remove = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, data: QueryDict | None, tags: Sequence[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["remove"].choices = tags  # type: ignore[attr-defined]

    def clean(self) -> dict[str, object]:
        data = super().clean() or {}
        if not self.errors and not data.get("add") and not data.get("remove"):
            raise ValidationError("Enter a tag to add, or choose one to remove.")
        return data


def ticked_studies(user: User, query: QueryDict) -> list[Study]:
    """Those of the named studies that this person sees."""
    numbers = [row_number(text) for text in query.getlist("study")[:MAX_STUDIES]]
    found = searches(studies_visible_to(user)).filter(pk__in=[n for n in numbers if n is not None])
    return list(found.select_related("owner", "team"))


def studies_in_order(user: User, query: QueryDict) -> list[Study]:
    """The same in the order of the address."""
    seen = {study.pk: study for study in ticked_studies(user, query)}
    asked = dict.fromkeys(row_number(text) for text in query.getlist("study"))
    return [seen[number] for number in asked if number in seen]


def list_address(query: QueryDict) -> ListAddress:
    """Of the list in which they were ticked."""
    return ListAddress.of(QueryDict(query.get("list", "")))


def bulk_page(user: User, query: QueryDict, studies: Iterable[Study], role: Role) -> BulkPage:
    page = BulkPage([], [], list_address(query))
    for study in studies:
        if may(user, study, role):
            page.allowed.append(study)
        else:
            page.refused.append((study, _needs(study, role)))
    return page


def _needs(study: Study, role: Role) -> str:
    owner = person_name(study.owner)
    if role == Role.OWNER:
        also = f" and owners of {study.team.name}" if study.team else ""
        return f"only {owner}{also} can delete it."
    return f"you can view it but not change it. Ask {owner}."


def tags_among(studies: Iterable[Study]) -> list[tuple[str, str]]:
    """The tags of these studies, for a choice."""
    ids = [study.pk for study in studies]
    names = Tag.objects.filter(study__in=ids).order_by("name").values_list("name", flat=True).distinct()
    return [(name, name) for name in names]
