"""Addresses and tokens that are a key: a secret that is shown once, of which only a digest is kept."""

import hashlib
import secrets


def new_secret() -> str:
    """192 bits, for an address."""
    return secrets.token_urlsafe(24)


def digest_of(secret: str) -> str:
    """Secrets are long and random, so a plain hash cannot be turned round."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
