"""Values in JSON columns by names that people chose."""

from typing import Any

from django.db.models.fields.json import KeyTransform


class _Name(str):
    """Never read as a number: Django takes a key that can be for a place in a list."""

    __slots__ = ()

    def __int__(self) -> int:
        raise ValueError(f"{self} is a name")


class ValueOf(KeyTransform):
    """The value of a param or a metric, whatever its name: also `0`, and `svm__C`, which is one name."""

    def __init__(self, name: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(name, *args, **kwargs)
        self.key_name = _Name(name)
