"""Every read that a page needs: querysets or small dataclasses."""
