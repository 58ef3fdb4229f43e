"""Posting to addresses that people name, without letting them reach what only this machine can reach.

A name is looked up once, the address is checked, and that address is connected to: a name that means one host
when it is looked at and another one when it is used gains nothing.
"""

from typing import Any

import requests
from django.conf import settings
from requests_hardened import Config, Manager
from requests_hardened.ip_filter import InvalidIPAddress
from urllib3.exceptions import HTTPError

from dashboard.refusal import Refused

SECONDS = 5
HTTP_ERROR = 300  # a redirect is one, too: it is not followed


def post_json(url: str, body: dict[str, Any]) -> None:
    """Raises Refused when it did not arrive. The answer is not read."""
    with _session() as session:
        try:
            answer = session.post(url, json=body, stream=True)
        except InvalidIPAddress as error:
            raise Refused(
                f"The webhook URL points to a private network ({error}). Use a public address."
            ) from error
        except (requests.RequestException, HTTPError, ValueError, OSError) as error:
            raise Refused(f"The webhook did not respond ({type(error).__name__}).") from error
    if answer.status_code >= HTTP_ERROR:
        raise Refused(f"The webhook responded with status {answer.status_code}.")


def _session() -> requests.Session:
    config = Config(
        ip_filter_enable=not settings.WEBHOOKS_PRIVATE,
        ip_filter_allow_loopback_ips=False,
        never_redirect=True,
        default_timeout=SECONDS,
    )
    session: requests.Session = Manager(config).get_session()
    session.trust_env = False  # no proxy of the machine: it would connect in our place
    return session
