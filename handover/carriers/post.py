"""Posts a body to an address that somebody typed in, without being led into the own network.

The name is looked up once, and the connection goes to the very addresses that were checked. Redirects are
not followed. A receiver that lets its answer drip is cut off.
"""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from threading import Timer
from urllib.parse import urlsplit

from django.conf import settings

from .parcels import NotSent, Reason

# Of each step, and of the whole exchange once there is a connection.
STEP_SECONDS = 5
WHOLE_SECONDS = 8
# Of an answer no more than this is of interest.
ANSWER_BYTES = 10_000
TRANSLATED = IPv6Network("64:ff9b::/96")  # IPv4 addresses as a NAT64 gateway shows them
BUSY = 429


@dataclass(frozen=True)
class Place:
    host: str
    port: int
    target: str
    is_secure: bool


def post(url: str, body: bytes, headers: dict[str, str]) -> bytes:
    """The beginning of the answer to a POST of JSON. Raises NotSent unless the answer is a 2xx."""
    place = _place(url)
    with _connected(place) as connection:
        try:
            connection.request("POST", place.target, body, {"Content-Type": "application/json"} | headers)
            response = connection.getresponse()
            answer = response.read(ANSWER_BYTES)
        except (OSError, HTTPException, ValueError) as error:
            raise NotSent(
                Reason.NO_ANSWER, type(error).__name__, place_is_down=True, may_have_arrived=True
            ) from error
    if not 200 <= response.status < 300:
        down = response.status == BUSY or response.status >= 500
        raise NotSent(Reason.REFUSED, f"HTTP {response.status}", place_is_down=down)
    return answer


def _place(url: str) -> Place:
    parts = urlsplit(url)
    is_secure = parts.scheme == "https"
    target = f"{parts.path or '/'}{'?' * bool(parts.query)}{parts.query}"
    return Place(parts.hostname or "", parts.port or (443 if is_secure else 80), target, is_secure)


@contextmanager
def _connected(place: Place) -> Iterator[HTTPConnection]:
    """A connection to a checked address, cut off when the whole takes too long."""
    plain = _socket(place)
    try:
        if place.is_secure:
            context = ssl.create_default_context()
            plain = context.wrap_socket(plain, server_hostname=place.host, do_handshake_on_connect=False)
        end = Timer(WHOLE_SECONDS, _cut, [plain])
        end.start()
        try:
            _shake_hands(plain)
            connection = (HTTPSConnection if place.is_secure else HTTPConnection)(place.host, place.port)
            connection.sock = plain
            yield connection
        finally:
            end.cancel()
    finally:
        plain.close()


def _socket(place: Place) -> socket.socket:
    failure: OSError | None = None
    for address in _addresses(place):
        try:
            return socket.create_connection((address, place.port), timeout=STEP_SECONDS)
        except OSError as error:
            failure = error
    raise NotSent(Reason.UNREACHABLE, failure or "", place_is_down=True)


def _addresses(place: Place) -> list[str]:
    """Where the name leads; all of it must be outside, so that no name is half a way in."""
    try:
        found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotSent(Reason.UNREACHABLE, error, place_is_down=True) from error
    addresses = [str(where[0]) for *_how, where in found]
    if not settings.WEBHOOK_ALLOW_PRIVATE and not all(is_outside(address) for address in addresses):
        raise NotSent(Reason.PRIVATE, place.host, place_is_down=True)
    return addresses


def is_outside(address: str) -> bool:
    """Whether an address belongs to the internet: not to this machine, its networks or their services."""
    number = _innermost(ip_address(address))
    return number.is_global and not number.is_multicast


def _innermost(number: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address inside an IPv6 one that only wraps it."""
    if isinstance(number, IPv4Address):
        return number
    if number in TRANSLATED:
        return IPv4Address(int(number) & 0xFFFFFFFF)
    return number.ipv4_mapped or number.sixtofour or number


def _shake_hands(plain: socket.socket) -> None:
    if not isinstance(plain, ssl.SSLSocket):
        return
    try:
        plain.do_handshake()
    except OSError as error:
        raise NotSent(Reason.UNREACHABLE, error, place_is_down=True) from error


def _cut(plain: socket.socket) -> None:
    """Wakes whoever reads; not by the method of the TLS socket, which would take its state away from them."""
    try:
        socket.socket.shutdown(plain, socket.SHUT_RDWR)
    except OSError:
        return  # it has ended already
