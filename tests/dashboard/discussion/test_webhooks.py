"""What webhooks really connect to: the address that was checked, and the host that the certificate names."""

import socket
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import trustme

from dashboard.discussion.webhooks import post_json
from dashboard.refusal import Refused

NAME, PUBLIC = "hooks.example", "1.1.1.1"


class Hook(ThreadingHTTPServer):
    """Takes posts; `hosts` are their Host headers, `names` what was asked for when TLS began."""

    def __init__(self, certificate=None):
        super().__init__(("127.0.0.1", 0), _Takes)
        self.hosts, self.names = [], []
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            certificate.configure_cert(context)
            context.sni_callback = lambda _socket, name, _context: self.names.append(name)
            self.socket = context.wrap_socket(self.socket, server_side=True)

    def handle_error(self, *_):
        """Nothing on the terminal when TLS is broken off."""


class _Takes(BaseHTTPRequestHandler):
    def do_POST(self):
        self.server.hosts.append(self.headers["Host"])
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        """Nothing on the terminal."""


@pytest.fixture
def start():
    started = []

    def start(certificate=None):
        started.append(Hook(certificate))
        threading.Thread(target=started[-1].serve_forever, args=(0.01,), daemon=True).start()
        return started[-1]

    yield start
    for server in started:
        server.shutdown()
        server.server_close()


@pytest.fixture
def names(monkeypatch):
    """What the name means, look-up by look-up; the public address leads to the hooks of these tests."""

    class Names(list):
        means = (PUBLIC,)

    asked = Names()

    def getaddrinfo(host, port, *_args, **_kwargs):
        asked.append(host)
        address = {PUBLIC: "127.0.0.1"}.get(host)
        if host == NAME:
            address = asked.means[min(asked.count(NAME), len(asked.means)) - 1]
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        return [(family, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


@pytest.fixture
def authority(monkeypatch, tmp_path):
    """Believed like those that browsers believe."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(tmp_path / "ca.pem"))
    return authority


def test_name_that_changes_its_meaning_gains_nothing(start, names):
    hook, names.means = start(), (PUBLIC, "127.0.0.1")

    post_json(f"http://{NAME}:{hook.server_port}/hook", {})

    assert names == [NAME, PUBLIC]  # looked up once, and the address that was checked is connected to
    assert hook.hosts == [f"{NAME}:{hook.server_port}"]


@pytest.mark.parametrize(
    "address",
    [
        *("10.0.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1"),
        *("::1", "fe80::1", "fd00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::"),
    ],
)
def test_name_of_a_private_address_is_not_connected_to(names, address):
    names.means = (address,)

    with pytest.raises(Refused, match="private network"):
        post_json(f"http://{NAME}/hook", {})

    assert names == [NAME]


def test_certificate_is_checked_for_the_name(start, names, authority):
    hook = start(authority.issue_cert(NAME))

    post_json(f"https://{NAME}:{hook.server_port}/hook", {})

    assert hook.names == [NAME]
    assert hook.hosts == [f"{NAME}:{hook.server_port}"]


@pytest.mark.parametrize("other", ["other.example", PUBLIC])
def test_certificate_of_another_name_is_refused_before_anything_is_sent(start, names, authority, other):
    hook = start(authority.issue_cert(other))

    with pytest.raises(Refused, match="SSLError"):
        post_json(f"https://{NAME}:{hook.server_port}/hook", {})

    assert hook.hosts == []


def test_certificate_that_nobody_vouches_for_is_refused(start, names):
    hook = start(trustme.CA().issue_cert(NAME))

    with pytest.raises(Refused, match="SSLError"):
        post_json(f"https://{NAME}:{hook.server_port}/hook", {})

    assert hook.hosts == []


def test_no_proxy_of_the_machine_connects_in_our_place(start, names, monkeypatch):
    hook, proxy = start(), start()
    for variable in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(variable, f"http://127.0.0.1:{proxy.server_port}")

    post_json(f"http://{NAME}:{hook.server_port}/hook", {})

    assert (len(hook.hosts), len(proxy.hosts)) == (1, 0)
