"""A passkey, from a security key that Chromium plays, is made and signs in; no password is typed."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.steps import sign_in
from tests.builders import PASSWORD, make_user

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def test_passkey_signs_in_without_a_password(page, site, listener):
    site = site.replace("127.0.0.1", "localhost")  # passkeys belong to names
    make_user("ada")
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    sign_in(page, site)

    page.goto(f"{site}/account/2fa/webauthn/add/")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_label("Name").fill("This laptop")
    page.get_by_label("Passwordless").check()
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page).not_to_have_url(re.compile("webauthn/add/"))  # going elsewhere before would break it off
    page.goto(f"{site}/account/2fa/webauthn/")
    expect(page.get_by_text("This laptop")).to_be_visible()

    page.context.clear_cookies()
    page.goto(f"{site}/account/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()

    expect(page).to_have_url(f"{site}/studies/")
