"""How often a token may ask, and an address may guess. Each web process counts for itself."""

import time

from django.conf import settings
from django.core.cache import caches

from dashboard.api.problems import Problem
from dashboard.wording import thousands

WINDOW = 60
# Wrong tokens from one address in five minutes.
MAX_GUESSES, GUESS_SECONDS = 30, 300


def check_rate(token_id: int) -> None:
    window = int(time.time() // WINDOW)
    if _count(f"api-rate-{token_id}-{window}", 2 * WINDOW) > settings.API_RATE:
        left = WINDOW - int(time.time() % WINDOW)
        raise Problem(
            429,
            "rate",
            f"This token has made {thousands(settings.API_RATE)} requests in this minute. Go on in {left} s.",
            headers={"Retry-After": str(left)},
        )


def check_guesses(address: str | None) -> None:
    if caches["local"].get(f"api-guesses-{address}", 0) >= MAX_GUESSES:
        raise Problem(
            429,
            "guessing",
            "Too many wrong tokens came from this address. Try again in five minutes.",
            headers={"Retry-After": str(GUESS_SECONDS)},
        )


def count_guess(address: str | None) -> None:
    _count(f"api-guesses-{address}", GUESS_SECONDS)


def _count(key: str, seconds: int) -> int:
    cache = caches["local"]
    cache.add(key, 0, seconds)
    try:
        return int(cache.incr(key))
    except ValueError:  # it ran out between the two
        return 1
