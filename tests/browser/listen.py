"""Ears on a page: console, errors, failed requests, requests to elsewhere."""

import pytest

LOUD = {"error", "warning", "assert"}
# htmx calls it an error when a newer request replaces an older one, or when somebody leaves the page.
HTMX_ABORTS = ("htmx:sendAbort, ", "htmx:afterRequest, ")


class Listener:
    def __init__(self, site):
        self.site = site
        self.complaints = []
        self.allowed = HTMX_ABORTS

    def attach(self, page):
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self._say(f"script error: {error}"))
        page.on("request", self._on_request)
        page.on("requestfailed", self._on_failure)
        page.on("response", self._on_response)
        page.on("dialog", self._on_dialog)

    def allow(self, *words):
        """Complaints with one of these words are part of the test, such as "status of 422"."""
        self.allowed = (*self.allowed, *words)

    def check(self):
        heard = [line for line in self.complaints if not any(words in line for words in self.allowed)]
        if heard:
            pytest.fail("The browser complained:\n" + "\n".join(heard), pytrace=False)

    def _say(self, line):
        self.complaints.append(line)

    def _on_console(self, message):
        if message.type in LOUD:
            self._say(f"console {message.type}: {message.text} ({message.location.get('url')})")

    def _on_request(self, request):
        if not request.url.startswith((self.site, "data:", "about:", "blob:")):
            self._say(f"request leaves the site: {request.url}")

    def _on_failure(self, request):
        # Leaving a page ends its polls.
        if request.failure != "net::ERR_ABORTED":
            self._say(f"request failed: {request.url}: {request.failure}")

    def _on_response(self, response):
        if response.status >= 500:
            self._say(f"answer {response.status}: {response.url}")

    def _on_dialog(self, dialog):
        self._say(f"dialog: {dialog.message}")
        dialog.dismiss()
