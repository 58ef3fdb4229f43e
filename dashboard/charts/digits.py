"""Numbers as short as what they are for."""


def significant(value: float, digits: int) -> float:
    """Rounded to so many significant digits, of any size.

    >>> significant(0.123456, 2), significant(123456.0, 2), significant(-1.26e-13, 2)
    (0.12, 120000.0, -1.3e-13)
    """
    return float(f"{value:.{digits}g}")
