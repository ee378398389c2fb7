"""The page itself: its own HTML, CSS and scripts, served as they are."""

from __future__ import annotations

import hashlib
from importlib.resources import files

from aiohttp import hdrs, web

from bot.desk.accounts import Caller
from bot.desk.guard import Handler

_TYPES = {".css": "text/css", ".js": "text/javascript", ".html": "text/html", ".svg": "image/svg+xml"}


def pages() -> dict[str, Handler]:
    """Path → handler: `/` and `/link/{token}` are the page, its parts are under `/desk/`."""
    parts = {file.name: file.read_bytes() for file in files(__package__).iterdir() if not file.name.startswith("__")}
    served = {f"/desk/{name}": _serve(name, data) for name, data in parts.items() if "." in name}
    index = served.pop("/desk/index.html")
    return {"/": index, "/link/{token}": index, **served}


def _serve(name: str, data: bytes) -> Handler:
    kind = _TYPES[name[name.rindex(".") :]]
    tag = hashlib.sha256(data).hexdigest()[:20]

    async def handler(request: web.Request, caller: Caller) -> web.StreamResponse:
        known = request.if_none_match or ()
        fresh = any(etag.value == tag for etag in known)
        response = web.Response(status=304) if fresh else web.Response(body=data, content_type=kind, charset="utf-8")
        response.etag = tag
        response.headers[hdrs.CACHE_CONTROL] = "no-cache"
        return response

    return handler
