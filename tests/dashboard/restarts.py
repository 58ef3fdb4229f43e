"""What a test does in the place of another process, or of a restart."""

from django.core.cache.backends import locmem


def forget_memory():
    """All that Django keeps in the memory of one process is gone."""
    for kept in (*locmem._caches.values(), *locmem._expire_info.values()):
        kept.clear()
