"""What forms open with."""

import pytest

from dashboard.web.fields import number_input, typed


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1e-7, "1e-7"),
        (2.5e-05, "2.5e-5"),
        (1e-10, "1e-10"),
        (1e16, "1e16"),
        (1.5e300, "1.5e300"),
        (0.001, "0.001"),
        (0.1234567890123, "0.1234567890123"),
        (12.0, "12"),
        (0.0, "0"),
        (-3e-9, "-3e-9"),
    ],
)
def test_a_number_field_opens_with_a_number_as_people_type_it(number, text):
    assert typed(number) == text
    assert f'value="{text}"' in number_input("decimal").render("rate", number)
    assert float(text) == number


def test_what_somebody_typed_stays_as_it_is():
    assert 'value="1e-07"' in number_input().render("rate", "1e-07")
