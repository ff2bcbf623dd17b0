"""The way to a Label Studio server: address and key from the environment, errors as ours."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from data.errors import TawthiqError

URL, KEY = "LABEL_STUDIO_URL", "LABEL_STUDIO_API_KEY"
BATCH = 200  # tasks or predictions in one request


class ServerError(TawthiqError):
    """A Label Studio server that is not named, not reached, or refuses."""


def connect() -> Any:
    """A ``LabelStudio`` client of the server that the environment names; nothing is sent yet.

    Untyped: the SDK's generated types demand objects where it takes plain JSON.

    Raises:
        ServerError: a variable is not set or not what it should be, or the SDK is not installed.
    """
    for name in (URL, KEY):
        if not os.environ.get(name):
            raise ServerError("environment variable is not set", where=name,
                              fix=f"set {URL} to the server's address and {KEY} to your "
                                  "access token")
    url, key = os.environ[URL].rstrip("/"), os.environ[KEY]
    if not _is_address(url):
        raise ServerError("not the address of a server", where=URL, value=url,
                          legal="http://… or https://…")
    if not re.fullmatch(r"[!-~]+", key):  # the key itself is never shown
        raise ServerError("not an access token", where=KEY,
                          legal="ASCII letters, digits and signs, without spaces or ends of lines",
                          fix="copy the token from the server's account page")
    try:
        from label_studio_sdk import LabelStudio  # late: it takes a second
    except ImportError:
        raise ServerError("label-studio-sdk is not installed",
                          fix="pip install -e '.[train]'") from None
    with asking("take the access token"):  # the SDK itself refuses an expired one
        return LabelStudio(base_url=url, api_key=key)  # type: ignore[no-untyped-call]


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        # Reading the port is what checks it.
        return (parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
                and not re.search(r"\s", url))
    except ValueError:
        return False


@contextmanager
def asking(what: str) -> Iterator[None]:
    """Turn what the SDK raises into ``ServerError``.

    Its own messages are never shown: they hold cookies, and the words of reports.
    """
    import httpx
    from label_studio_sdk.core.api_error import ApiError

    try:
        yield
    except ApiError as error:
        raise ServerError(f"the server refuses to {what}", where=error.status_code,
                          value=_detail(error.body), fix=_FIXES.get(error.status_code)) from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ServerError(f"cannot {what}", value=type(error).__name__,
                          fix=f"is the server of {URL} running?") from None


_FIXES: dict[int | None, str] = {
    401: f"check {KEY}", 403: f"check the rights of {KEY}", 404: "check the project's number"
}


def _detail(body: Any) -> str | None:
    """What is wrong and in which fields, without the values."""
    if not isinstance(body, dict):
        return None
    fields = body.get("validation_errors")
    named = f" ({', '.join(fields)})" if isinstance(fields, dict) else ""
    return f"{body.get('detail', '')}{named}" or None
