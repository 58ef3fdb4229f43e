"""Posting to addresses that people name, without letting them reach what only this machine can reach.

The address of the other end is checked on the open connection, before anything is sent: a name that means one
host when it is looked at and another one when it is used gains nothing.
"""

import ipaddress
import socket
from typing import Any

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from dashboard.refusal import Refused

SECONDS = 5
HTTP_ERROR = 300  # a redirect is one, too: it is not followed


def _check(connected: socket.socket) -> socket.socket:
    host = ipaddress.ip_address(connected.getpeername()[0].partition("%")[0])
    mapped = getattr(host, "ipv4_mapped", None)
    if not (mapped or host).is_global and not settings.WEBHOOKS_PRIVATE:
        connected.close()
        raise Refused(f"The webhook URL points to a private network ({host}). Use a public address.")
    return connected


class _Http(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _check(super()._new_conn())


class _Https(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _check(super()._new_conn())


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _Https


class _CheckingAdapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}


def post_json(url: str, body: dict[str, Any]) -> None:
    """Raises Refused when it did not arrive. The answer is not read."""
    session = requests.Session()
    session.trust_env = False  # no proxy of the machine: it would connect in our place
    for scheme in ("http://", "https://"):
        session.mount(scheme, _CheckingAdapter())
    with session:
        try:
            answer = session.post(url, json=body, timeout=SECONDS, allow_redirects=False, stream=True)
        except (requests.RequestException, HTTPError, ValueError, OSError) as error:
            raise Refused(f"The webhook did not respond ({type(error).__name__}).") from error
    if answer.status_code >= HTTP_ERROR:
        raise Refused(f"The webhook responded with status {answer.status_code}.")
