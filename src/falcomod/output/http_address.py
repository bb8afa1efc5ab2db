# SPDX-License-Identifier: Apache-2.0
"""Where alerts are posted to: the URL of the configuration, and the proxy on the way there."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

from falcomod.errors import UserError

SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
PORTS = {"http": 80, "https": 443}
KEPT = "%/:=&?~#+!$,;'@()*[]"  # by quoting: what a path may have, and what is quoted already


@dataclass(frozen=True)
class Address:
    """A place that speaks HTTP."""

    scheme: str  # http or https
    host: str
    port: int
    target: str = "/"  # path and query, as they are sent
    user: str = ""  # "Basic …", of the URL's user and password

    @property
    def origin(self) -> str:
        """Without what may be secret: for messages."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    @property
    def url(self) -> str:
        return self.origin + self.target

    def moved(self, location: str) -> Address | None:
        """Where an answer says that it is now; None: at another place, which is not trusted."""
        try:
            there = _address(urlsplit(urljoin(self.url, location)))
        except ValueError:
            return None
        if there.origin != self.origin:
            return None
        return Address(self.scheme, self.host, self.port, there.target, self.user)


def read_address(text: str, option: str) -> Address:
    """The address of a URL, also in quotes and without a scheme, as Falco's curl takes it."""
    url = text.strip()
    if len(url) > 1 and url[0] == url[-1] and url[0] in "\"'":
        url = url[1:-1].strip()
    if url and not SCHEME.match(url):
        url = f"http://{url}"
    try:
        return _address(urlsplit(url))
    except ValueError as error:
        raise UserError(
            f"{option}: {_shown(url)} is no address: {error}; "
            "write http://HOST:PORT/PATH or https://HOST:PORT/PATH"
        ) from error


def proxy_of(address: Address) -> Address | None:
    """The proxy that the environment names for it: http_proxy, https_proxy, all_proxy, no_proxy."""
    # It brings ssl and http.client along, which nobody needs who posts nothing.
    from urllib import request

    proxies = request.getproxies_environment()
    name = address.scheme if address.scheme in proxies else "all"
    url = proxies.get(name, "")
    host = f"{address.host}:{address.port}"
    is_exempt = request.proxy_bypass_environment  # type: ignore[attr-defined]
    if not url or is_exempt(host, proxies):
        return None
    return read_address(url, f"the environment's {name}_proxy")


def _address(parts: SplitResult) -> Address:
    """Raises ValueError with what is wrong."""
    if parts.scheme not in PORTS:
        raise ValueError(f"its scheme is {parts.scheme or 'missing'}")
    if not parts.hostname:
        raise ValueError("it names no host")
    try:
        host = parts.hostname.encode("idna").decode() if parts.hostname else ""
    except UnicodeError:
        raise ValueError("its host is no name") from None
    if re.search(r"[\x00-\x20\x7f/\\%]", host):
        raise ValueError("its host is no name")
    port = parts.port
    if port == 0:
        raise ValueError("its port is 0")
    target = quote(parts.path or "/", safe=KEPT)
    if parts.query:
        target += "?" + quote(parts.query, safe=KEPT)
    user = ""
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        user = "Basic " + base64.b64encode(pair.encode()).decode()
    return Address(parts.scheme, host, port or PORTS[parts.scheme], target, user)


def _shown(url: str) -> str:
    """Without user and password."""
    return repr(re.sub(r"//[^/]*@", "//", url)) if url else "it"
