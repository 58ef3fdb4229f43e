"""Accounts: passwords forgotten, second factors, sign-ins elsewhere, sign-up, single sign-on."""

import json
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.usersessions.models import UserSession
from cryptography.hazmat.primitives.asymmetric import rsa
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.urls import reverse

from dashboard.models import AuditEntry
from tests.builders import PASSWORD, make_user

NEW = "cobol-1959-mark"
STUDIES, SIGN_IN = reverse("study-list"), reverse("account_login")


def sign_in(name="ada", password=PASSWORD, **headers):
    client = Client(**headers)
    answer = client.post(SIGN_IN, {"login": name, "password": password})
    return client, answer


@pytest.fixture
def ada(db):
    return make_user("ada", email="ada@example.org")


# Passwords ---------------------------------------------------------------------------------------------


def test_one_comes_in_by_name_or_by_mail_address(ada):
    for name in ("ada", "ada@example.org"):
        assert sign_in(name)[1].url == STUDIES


@pytest.mark.parametrize(("name", "words"), [("ada", "username"), ("ada@example.org", "email address")])
def test_a_wrong_password_is_refused_in_plain_words(ada, name, words):
    _, answer = sign_in(name, password="guess")

    assert f"The {words} or password is not correct." in answer.content.decode()


def test_forgotten_password_is_replaced_by_a_link_that_works_once(ada):
    client = Client()
    client.post(reverse("account_reset_password"), {"email": "ada@example.org"})
    link = re.search(r"http://testserver(/\S+)", mail.outbox[0].body)[1]

    form = client.get(link).url
    answer = client.post(form, {"password1": NEW, "password2": NEW})

    assert answer.url == reverse("account_reset_password_from_key_done")
    assert sign_in(password=NEW)[1].url == STUDIES
    assert "Bad token" in Client().get(link, follow=True).content.decode()
    paths = AuditEntry.objects.values_list("path", flat=True)
    assert not any(part in path for path in paths for part in link.split("/")[-2].split("-", 1))


def test_nobody_learns_which_addresses_have_an_account(ada):
    answers = [
        Client().post(reverse("account_reset_password"), {"email": address}, follow=True)
        for address in ("ada@example.org", "nobody@example.org")
    ]

    assert answers[0].redirect_chain == answers[1].redirect_chain
    bodies = [re.sub(r"csrfmiddlewaretoken[^>]*", "", a.content.decode()) for a in answers]
    assert bodies[0] == bodies[1]


# Second factor -----------------------------------------------------------------------------------------


def code_for(secret, drift=0):
    counter = next(iter(yield_hotp_counters_from_time())) + drift
    return format_hotp_value(hotp_value(secret, counter))


@pytest.fixture
def secret(ada):
    """Of an authenticator app that Ada has set up."""
    client, _ = sign_in()
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    assert client.post(reverse("mfa_activate_totp"), {"code": code_for(secret)}).status_code == 302
    return secret


def test_changing_a_factor_asks_for_the_password_first(ada):
    client, _ = sign_in()

    answer = client.get(reverse("mfa_activate_totp"))

    assert answer.url.startswith(reverse("account_reauthenticate"))


def test_password_alone_does_not_let_in_where_there_is_a_second_factor(secret):
    client, answer = sign_in()

    assert answer.url == reverse("mfa_authenticate")
    assert client.get(STUDIES).url.startswith(SIGN_IN)
    refused = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert refused.status_code == 200
    assert client.get(STUDIES).status_code == 302
    assert AuditEntry.objects.filter(action="mfa_authenticate", is_refused=True).exists()


def test_code_of_the_app_lets_in(secret):
    client, _ = sign_in()

    client.post(reverse("mfa_authenticate"), {"code": code_for(secret, drift=1)})

    assert client.get(STUDIES).status_code == 200


def test_recovery_code_lets_in_once(secret):
    client, _ = sign_in()
    client.post(reverse("mfa_authenticate"), {"code": code_for(secret, drift=1)})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    code = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"][0]

    for status in (200, 302):
        again, _ = sign_in()
        again.post(reverse("mfa_authenticate"), {"code": code})
        assert again.get(STUDIES).status_code == status


# Sign-ins ----------------------------------------------------------------------------------------------


def test_one_sees_own_sign_ins_and_ends_all_others(ada):
    here, _ = sign_in(headers={"user-agent": "Here 1.0"})
    there, _ = sign_in(headers={"user-agent": "There 2.0"})
    make_user("eve")
    sign_in("eve", headers={"user-agent": "Eve 3.0"})

    body = here.get(reverse("usersessions_list")).content.decode()
    assert ("Here 1.0" in body, "There 2.0" in body, "Eve 3.0" in body) == (True, True, False)

    here.post(reverse("usersessions_list"))

    assert here.get(STUDIES).status_code == 200
    assert there.get(STUDIES).url.startswith(SIGN_IN)
    assert UserSession.objects.filter(user__username="eve").count() == 1


# Sign-up -----------------------------------------------------------------------------------------------

SIGN_UP = {"username": "grace", "email": "grace@example.org", "password1": NEW, "password2": NEW}


def test_nobody_makes_an_account_without_an_invitation(db):
    answer = Client().post(reverse("account_signup"), SIGN_UP)

    assert "closed" in answer.content.decode().lower()
    assert not User.objects.exists()


def test_open_sign_up_is_a_setting(db, settings):
    settings.OPEN_SIGN_UP = True
    client = Client()

    assert client.post(reverse("account_signup"), SIGN_UP).url == STUDIES

    assert client.get(STUDIES).status_code == 200
    assert not User.objects.get().is_staff


# Single sign-on ----------------------------------------------------------------------------------------


class Provider(ThreadingHTTPServer):
    """An OpenID Connect provider that lets Grace in."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Answers)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.client_id = "parzen"

    def token(self):
        now = int(time.time())
        claims = {"iss": self.url, "aud": self.client_id, "sub": "42", "iat": now, "exp": now + 60}
        claims |= {"preferred_username": "grace", "email": "grace@example.org", "email_verified": True}
        return jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": "1"})

    def documents(self):
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {
            "/.well-known/openid-configuration": {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "userinfo_endpoint": f"{self.url}/userinfo",
                "jwks_uri": f"{self.url}/keys",
            },
            "/keys": {"keys": [public | {"kid": "1", "alg": "RS256", "use": "sig"}]},
            "/token": {"access_token": "a", "token_type": "Bearer", "id_token": self.token()},
            "/userinfo": {"sub": "42", "preferred_username": "grace", "email": "grace@example.org"},
        }


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps(self.server.documents()[urlsplit(self.path).path]).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815 (the name that the server calls)

    def log_message(self, *_):
        """Nothing on the terminal."""


@pytest.fixture
def provider(settings):
    server = Provider()
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    app = {"provider_id": "sso", "name": "Example", "client_id": server.client_id, "secret": "s"}
    app["settings"] = {"server_url": server.url, "oauth_pkce_enabled": True}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
    yield server
    server.shutdown()


def test_whoever_the_provider_lets_in_has_an_account(db, provider):
    client = Client()
    assert "Sign in with Example" in client.get(SIGN_IN).content.decode()

    there = client.post(reverse("openid_connect_login", args=["sso"])).url
    assert there.startswith(f"{provider.url}/authorize")
    query = {name: values[0] for name, values in parse_qs(urlsplit(there).query).items()}
    assert query["code_challenge_method"] == "S256"
    back = urlsplit(query["redirect_uri"]).path
    answer = client.get(back, {"code": "c", "state": query["state"]}, follow=True)

    assert answer.redirect_chain[-1][0] == STUDIES
    assert User.objects.get().username == "grace"


def test_answer_that_nobody_asked_for_lets_nobody_in(db, provider):
    client = Client()

    answer = client.get(reverse("openid_connect_callback", args=["sso"]), {"code": "c", "state": "forged"})

    assert answer.status_code == 401
    assert "Traceback" not in answer.content.decode()
    assert not User.objects.exists()
