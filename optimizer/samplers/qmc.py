"""The scrambled Sobol sequence: points that fill the unit cube more evenly than random ones do.

I. M. Sobol, USSR Comput. Math. Math. Phys. 7(4), 1967, with the recurrence of Bratley and Fox, ACM TOMS 14,
1988 (algorithm 659). The scramble is Matousek's random linear one with a digital shift, J. Complexity 14,
1998: each point alone is uniform, and what the sequence guarantees of its 2^m first points stays true.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from optimizer.samplers.base import generator_for

if TYPE_CHECKING:
    from optimizer.values import FloatArray, IntArray

MAX_DIMENSIONS: Final = 1_000
INDEX_BITS: Final = 30  # of the number of a point
POINT_BITS: Final = 53  # of a coordinate: a double in [0, 1) has no more
SCRAMBLE_STREAM: Final = -1  # the generator of no trial

TABLE_DEGREE: Final = 8
# Initial direction numbers of the dimensions whose polynomial has degree 8 or less: m_2, m_3, ... without
# their last bit, which is 1, packed from the lowest bit up. Found for this package, one dimension after the
# other: the best of 4,000 candidates (of all, up to degree 5) by the sum of 2^t over the pairs with earlier
# dimensions and over 2^1 to 2^10 points, t being the quality parameter of the pair's projection. The idea is
# Joe and Kuo's, SIAM J. Sci. Comput. 30, 2008. Later dimensions have random ones.
_INITIAL: Final = (
    0, 0, 0, 1, 4, 35, 55, 141, 604, 440, 104, 901, 65, 5731, 24538, 981, 23065, 27758, 24959, 274280,
    1989299, 2053926, 88132, 1653684, 230531, 1179290, 223079, 2018149, 1445526, 1226770, 1797525, 916429,
    1826832, 1300395, 138813, 1081648, 2054832, 119126145, 169632019, 238266211, 182891877, 10584068,
    122289176, 147695106, 29407063, 120553260, 60355158, 129189488, 257319834, 158076336, 75432099, 28486790,
    219256621,
)  # fmt: skip


def sobol_points(n: int, d: int, seed: int, start: int = 0) -> FloatArray:
    """Points ``start`` to ``start + n - 1`` of the sequence that ``seed`` scrambles, shape (n, d), in [0, 1).

    A coordinate depends on the seed, the number of its point and its column alone. Every run of 2^m points
    that starts at a multiple of 2^m has one point in each of 2^m equal intervals of every axis. Raises
    ``ValueError`` outside 1 to 1,000 dimensions and the first 2^30 points.
    """
    if not 1 <= d <= MAX_DIMENSIONS:
        raise ValueError(f"a Sobol point must have 1 to {MAX_DIMENSIONS:,} dimensions, got {d}")
    if n < 0 or not 0 <= start <= 2**INDEX_BITS - n:
        raise ValueError(f"Sobol points must be among the first 2^{INDEX_BITS}, got {n} from {start}")
    directions, shift = _scrambled_directions(d, seed)
    numbers = np.arange(start, start + n, dtype=np.int64)[:, None]
    digits = np.tile(shift, (n, 1))
    for bit in range((start + n - 1).bit_length()):
        digits ^= (numbers >> bit & 1) * directions[:, bit]
    return np.ldexp(digits.astype(np.float64), -POINT_BITS)


@lru_cache(maxsize=16)
def _scrambled_directions(d: int, seed: int) -> tuple[IntArray, IntArray]:
    """Direction numbers of ``POINT_BITS`` bits, shape (d, INDEX_BITS), and the digital shift, shape (d,).

    Each digit of a point becomes itself plus a random sum of the digits before it.
    """
    raw = generator_for(seed, SCRAMBLE_STREAM).bit_generator.random_raw(d * (INDEX_BITS + 1))
    drawn = (raw >> np.uint64(64 - POINT_BITS)).astype(np.int64).reshape(d, INDEX_BITS + 1)
    digit = np.arange(INDEX_BITS)
    unit = np.int64(1) << (POINT_BITS - 1 - digit)
    columns = unit | (drawn[:, :INDEX_BITS] & (unit - 1))  # what a digit adds to itself and to later ones
    is_set = _directions(d)[:, None, :] >> (INDEX_BITS - 1 - digit)[:, None] & 1
    return np.bitwise_xor.reduce(is_set * columns[:, :, None], axis=1), drawn[:, INDEX_BITS]


@lru_cache(maxsize=4)
def _directions(d: int) -> IntArray:
    """Direction numbers of ``INDEX_BITS`` bits, shape (d, INDEX_BITS): what each bit of a number adds."""
    powers = np.int64(1) << np.arange(INDEX_BITS - 1, -1, -1)
    rows = [powers[None]]  # the first dimension is van der Corput's: the bits of the number, reversed
    n_rows, degree = 1, 0
    while n_rows < d:
        degree += 1
        polynomials = _primitive_polynomials(degree)[: d - n_rows]
        initial = _initial_numbers(n_rows, len(polynomials), degree)
        rows.append(_extend(initial * powers[:degree], polynomials, degree))
        n_rows += len(polynomials)
    return np.concatenate(rows)


def _initial_numbers(first: int, n: int, degree: int) -> IntArray:
    """m_1 to m_degree of dimensions ``first`` to ``first + n - 1``, shape (n, degree): m_k odd, below 2^k."""
    k = np.arange(1, degree + 1)
    if degree <= TABLE_DEGREE:
        packed = np.array(_INITIAL[first : first + n], dtype=np.int64)[:, None]
        return (packed >> (k - 1) * (k - 2) // 2) % (1 << (k - 1)) * 2 + 1
    raw = np.random.Philox(key=degree).random_raw(n * degree).reshape(n, degree)
    drawn: IntArray = (raw >> (64 - k).astype(np.uint64)).astype(np.int64)
    return drawn | 1


def _extend(initial: IntArray, polynomials: IntArray, degree: int) -> IntArray:
    """The direction numbers that follow from the first ones, shape (n, degree), as v_k = m_k / 2^k.

    For x^s + a_1 x^(s-1) + ... + 1: v_k = a_1 v_(k-1) ^ ... ^ a_(s-1) v_(k-s+1) ^ v_(k-s) ^ v_(k-s) / 2^s.
    """
    v = np.zeros((len(initial), max(degree, INDEX_BITS)), dtype=np.int64)
    v[:, :degree] = initial
    coefficients = polynomials[:, None] >> np.arange(degree) & 1  # of v_(k-s) to v_(k-1)
    for k in range(degree, INDEX_BITS):
        before = v[:, k - degree : k]
        v[:, k] = np.bitwise_xor.reduce(coefficients * before, axis=1) ^ before[:, 0] >> degree
    return v


@lru_cache(maxsize=16)
def _primitive_polynomials(degree: int) -> IntArray:
    """All primitive polynomials over GF(2) of a degree, ascending; bit i is the coefficient of x^i.

    They are those modulo which the powers of x take 2^degree - 1 values: x to that power is 1, and x to
    that power over any of its prime factors is not.
    """
    found: IntArray = np.arange((1 << degree) + 1, 2 << degree, 2, dtype=np.int64)
    order = (1 << degree) - 1
    found = found[_power_of_x(order, found, degree) == 1]
    for prime in _prime_factors(order):
        found = found[_power_of_x(order // prime, found, degree) != 1]
    return found


def _power_of_x(exponent: int, modulus: IntArray, degree: int) -> IntArray:
    """x^exponent modulo each polynomial, shape (n,), by squaring and by multiplying with x."""
    power = np.ones_like(modulus)
    for bit in f"{exponent:b}":
        square = np.zeros_like(modulus)
        for i in reversed(range(degree)):
            square = _times_x(square, modulus, degree) ^ (power >> i & 1) * power
        power = _times_x(square, modulus, degree) if bit == "1" else square
    return power


def _times_x(polynomial: IntArray, modulus: IntArray, degree: int) -> IntArray:
    shifted = polynomial << 1
    return shifted ^ (shifted >> degree) * modulus


def _prime_factors(number: int) -> set[int]:
    factors, factor = set(), 2
    while number > 1:
        if number % factor:
            factor += 1
        else:
            factors.add(factor)
            number //= factor
    return factors
