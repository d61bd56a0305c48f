"""The proxy of a request, as text for people; httpx itself chooses the proxy by the same rules."""

from __future__ import annotations

from urllib.parse import urlsplit

from beatport_match.model.validation import is_loopback_url
from beatport_match.settings.models import MatchSettings


def proxy_in_force(url: str, settings: MatchSettings) -> str | None:
    """Return the proxy of a request to a URL, without its user name and password.

    It is the proxy of the settings, else that of the environment or the system; `None` if the
    request uses none. This machine is never reached through a proxy of the environment.
    """
    if settings.proxy:
        return without_credentials(settings.proxy)
    if is_loopback_url(settings.site_url):
        return None
    from urllib.request import getproxies, proxy_bypass  # slow to import

    address = urlsplit(url)
    if proxy_bypass(address.hostname or ""):
        return None
    proxies = getproxies()
    proxy = proxies.get(address.scheme) or proxies.get("all")
    return without_credentials(proxy) if proxy else None


def without_credentials(proxy: str) -> str:
    """Return the scheme and the address of a proxy; the scheme is `http` if it has none."""
    scheme, _, rest = proxy.rpartition("://")
    address = rest.rpartition("@")[2].partition("/")[0]
    return f"{scheme or 'http'}://{address}"
