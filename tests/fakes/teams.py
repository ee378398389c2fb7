"""A strict stand-in of Entra, the Bot Connector and SharePoint, in a thread of its own.

It refuses what Microsoft's servers refuse: tokens that aren't its own, fields it doesn't know, cards that are no valid
Adaptive Card 1.5 or too big, more than seven activities a second, a token where a file's address holds the permission.
"""

from __future__ import annotations

import asyncio
import importlib.resources
import json
import ssl
import threading
import time
import xml.etree.ElementTree as ET
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import jsonschema  # type: ignore[import-untyped]
import jwt
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

Doc = dict[str, Any]

TENANT = "4f1c9a52-6c1e-4f0a-9d8e-2b7f6a5c3d10"
APP = "9b2f7c1e-3d44-4a6b-8f70-5e1a2c9d8b36"
SECRET = "sesame-Q~open-7f"
ISSUER = "https://api.botframework.com"
KID = "key-1"
CARD_LIMIT, MESSAGE_LIMIT = 28_000, 100_000  # bytes, as UTF-16
_FIELDS = {
    "type", "channelId", "serviceUrl", "from", "conversation", "text", "textFormat", "summary", "attachments", "id",
}  # fmt: skip
_KINDS = {
    "application/vnd.microsoft.card.adaptive", "application/vnd.microsoft.teams.card.file.consent",
    "application/vnd.microsoft.teams.card.file.info", "image/png", "image/jpeg", "image/gif",
}  # fmt: skip


@cache
def _key(number: int) -> rsa.RSAPrivateKey:
    """Made once a run: making one takes a while."""
    return rsa.generate_private_key(65537, 2048)


@cache
def _schema() -> Any:
    text = (importlib.resources.files("adaptive_cards") / "schemas" / "schema-1.5.json").read_text("utf-8")
    schema = json.loads(text)
    return jsonschema.validators.validator_for(schema)(schema)


def faults(card: Doc) -> list[str]:
    """What Teams would not take about a card; empty when nothing."""
    found = [f"{list(error.absolute_path)}: {error.message[:200]}" for error in _schema().iter_errors(card)]
    if len(json.dumps(card, ensure_ascii=False).encode("utf-16-le")) > CARD_LIMIT:
        found.append("too big")
    if len([a for a in card.get("actions", ()) if a.get("mode", "primary") == "primary"]) > 6:
        found.append("too many buttons")
    return found


@dataclass
class Said:
    """One activity that was sent; `body` is as it stands now."""

    conversation: str
    id: str
    body: Doc
    renewed: int = 0

    @property
    def card(self) -> Doc:
        """Its Adaptive Card."""
        (attachment,) = self.body["attachments"]
        content: Doc = attachment["content"]
        return content

    @property
    def text(self) -> str:
        """Its words as a reader sees them."""
        return "\n".join(ET.fromstring(f"<r>{self.body['text'].replace('<br/>', chr(10))}</r>").itertext())


@dataclass
class Servers:
    """Their state; read and set it from the test, the thread works with it."""

    said: list[Said] = field(default_factory=list)
    typing: int = 0
    renewals: int = 0
    refusals: list[str] = field(default_factory=list)  # why something was refused
    known: set[str] = field(default_factory=set)  # conversations we may speak in
    failing: deque[tuple[int, dict[str, str], str]] = field(default_factory=deque)  # the next answers
    files: dict[str, tuple[int, str, bytes]] = field(default_factory=dict)  # name → status, content type, bytes
    pictures: dict[str, bytes] = field(default_factory=dict)
    uploads: dict[str, bytes] = field(default_factory=dict)
    leaked: int = 0  # times our token came where it doesn't belong
    tokens: int = 0  # tokens Entra gave
    discoveries: int = 0
    entra_pause: float = 0.0  # s Entra takes
    entra_down: bool = False
    keys_asked: int = 0
    keys_down: bool = False
    pieces: float = 0.0  # s between the two halves of the keys, which come in several packets
    pace: bool = True
    breaks_after: int | None = None  # so many activities more, then Teams is busy
    endorsements: tuple[str, ...] = ("msteams", "webchat")
    service: str = ""
    authority: str = ""
    ca: Path = Path()

    def __post_init__(self) -> None:
        self.key, self.other = _key(1), _key(2)
        self._given: set[str] = set()
        self._at: dict[str, deque[float]] = {}
        self._number = 1_732_500_000_000
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._runners: list[web.AppRunner] = []

    # --- what a test asks for

    def token(self, key: rsa.RSAPrivateKey | None = None, headers: Doc | None = None, **claims: Any) -> str:
        """A token as the Bot Connector signs them; a claim that is None is left out."""
        now = int(time.time())
        usual = {"iss": ISSUER, "aud": APP, "serviceurl": self.service, "nbf": now - 10, "exp": now + 3600}
        whole = {name: value for name, value in {**usual, **claims}.items() if value is not None}
        return jwt.encode(whole, key or self.key, "RS256", headers={"kid": KID, **(headers or {})})

    def forget_tokens(self) -> None:
        """Every token given so far is refused from now on."""
        self._given.clear()

    def cards(self) -> list[Said]:
        """Everything that stands as a card."""
        return [s for s in self.said if any("adaptive" in a["contentType"] for a in s.body.get("attachments", ()))]

    def words(self) -> list[str]:
        """Everything that stands as text."""
        return [s.text for s in self.said if "text" in s.body]

    # --- the thread

    def __enter__(self) -> Servers:
        self._thread.start()
        self._run(self._open())
        return self

    def __exit__(self, *error: object) -> None:
        self._run(self._shut())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Any) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _open(self) -> None:
        entra = web.Application()
        entra.add_routes(
            [
                web.get("/{tenant}/v2.0/.well-known/openid-configuration", self._discover),
                web.post("/{tenant}/oauth2/v2.0/token", self._grant),
            ]
        )
        context, self.ca = _certificate(self.ca)
        port = await self._listen(entra, context)
        self.authority = f"https://localhost:{port}"
        teams = web.Application(client_max_size=64 * 1024 * 1024)
        spot = "/emea/v3/conversations/{conversation}/activities"
        teams.add_routes(
            [
                web.get("/keys", self._keys),
                web.post(spot, self._say),
                web.put(spot + "/{activity}", self._renew),
                web.get("/emea/v3/attachments/{name}/views/original", self._picture),
                web.get("/files/{name}", self._file),
                web.get("/elsewhere/{name}", self._moved),
                web.put("/upload/{name}", self._upload),
            ]
        )
        port = await self._listen(teams, None)
        self.service = f"http://127.0.0.1:{port}/emea/"
        self.keys_url = f"http://127.0.0.1:{port}/keys"
        self.sharepoint = f"http://127.0.0.1:{port}"

    async def _listen(self, app: web.Application, context: ssl.SSLContext | None) -> int:
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
        await site.start()
        self._runners.append(runner)
        return int(runner.addresses[0][1])

    async def _shut(self) -> None:
        for runner in self._runners:
            await runner.cleanup()

    # --- Entra

    async def _discover(self, request: web.Request) -> web.Response:
        self.discoveries += 1
        await asyncio.sleep(self.entra_pause)
        root = f"{self.authority}/{request.match_info['tenant']}"
        return web.json_response(
            {
                "issuer": f"{root}/v2.0",
                "token_endpoint": f"{root}/oauth2/v2.0/token",
                "authorization_endpoint": f"{root}/oauth2/v2.0/authorize",
                "jwks_uri": f"{root}/discovery/v2.0/keys",
            }
        )

    async def _grant(self, request: web.Request) -> web.Response:
        await asyncio.sleep(self.entra_pause)
        form = {name: values[0] for name, values in parse_qs((await request.read()).decode()).items()}
        if self.entra_down:
            return web.json_response({"error": "temporarily_unavailable"}, status=503)
        if request.match_info["tenant"] != TENANT or form.get("client_id") != APP:
            return _oauth("unauthorized_client", "AADSTS700016: Application was not found in the directory.")
        if form.get("client_secret") != SECRET:
            return _oauth("invalid_client", "AADSTS7000215: Invalid client secret provided.")
        if form.get("grant_type") != "client_credentials" or form.get("scope") != f"{ISSUER}/.default":
            return _oauth(
                "invalid_scope", "AADSTS70011: The provided value for the input parameter scope is not valid."
            )
        self.tokens += 1
        given = jwt.encode({"aud": ISSUER, "appid": APP, "n": self.tokens}, self.other, "RS256")
        self._given.add(given)
        return web.json_response({"token_type": "Bearer", "expires_in": 3599, "access_token": given})

    # --- the Bot Connector

    async def _keys(self, request: web.Request) -> web.StreamResponse:
        self.keys_asked += 1
        if self.keys_down:
            return web.Response(status=503)
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        told = {"keys": [{**public, "kid": KID, "endorsements": list(self.endorsements)}]}
        if not self.pieces:
            return web.json_response(told)
        answer, whole = web.StreamResponse(), json.dumps(told).encode()
        await answer.prepare(request)
        await answer.write(whole[:100])
        await asyncio.sleep(self.pieces)
        await answer.write(whole[100:])
        return answer

    async def _say(self, request: web.Request) -> web.Response:
        refused, body = await self._admitted(request)
        if refused is not None:
            return refused
        conversation = request.match_info["conversation"]
        if body["type"] == "typing":
            self.typing += 1
            return web.json_response({}, status=201)
        self._number += 1
        self.said.append(Said(conversation, str(self._number), body))
        return web.json_response({"id": str(self._number)}, status=201)

    async def _renew(self, request: web.Request) -> web.Response:
        refused, body = await self._admitted(request)
        if refused is not None:
            return refused
        conversation, activity = request.match_info["conversation"], request.match_info["activity"]
        found = [s for s in self.said if (s.conversation, s.id) == (conversation, activity)]
        if not found:
            return self._no(404, "ActivityNotFoundInConversation")
        if body.get("id") != activity:
            return self._no(400, "BadArgument")
        found[0].body, found[0].renewed = body, found[0].renewed + 1
        self.renewals += 1
        return web.json_response({"id": activity})

    async def _admitted(self, request: web.Request) -> tuple[web.Response | None, Doc]:
        if not self._knows(request):
            return self._no(401, "Unauthorized"), {}
        if self.failing:
            status, headers, code = self.failing.popleft()
            return self._no(status, code, headers), {}
        if self.breaks_after is not None:
            self.breaks_after -= 1
            if self.breaks_after < 0:
                return self._no(429, "TooManyRequests", {"Retry-After": "3"}), {}
        conversation = request.match_info["conversation"]
        if conversation not in self.known:
            return self._no(404, "ConversationNotFound"), {}
        if self.pace and not self._in_time(conversation):
            return self._no(429, "TooManyRequests", {"Retry-After": "1"}), {}
        body: Doc = await request.json()
        wrong = self._wrong(body, conversation)
        if wrong == "MessageSizeTooBig":
            return self._no(413, wrong), {}
        return (self._no(400, "BadSyntax", detail=wrong) if wrong else None), body

    def _wrong(self, body: Doc, conversation: str) -> str:
        if set(body) - _FIELDS:
            return f"unknown {sorted(set(body) - _FIELDS)}"
        if body.get("type") not in ("message", "typing"):
            return "type"
        if body.get("from", {}).get("id") != f"28:{APP}" or body.get("conversation", {}).get("id") != conversation:
            return "from or conversation"
        if body["type"] == "message" and not body.get("text") and not body.get("attachments"):
            return "empty"
        if body.get("textFormat") == "xml":
            try:
                ET.fromstring(f"<r>{body['text']}</r>")
            except ET.ParseError as error:
                return f"markup: {error}"
        lean = json.dumps({**body, "attachments": [
            a for a in body.get("attachments", ()) if not a["contentType"].startswith("image/")
        ]}, ensure_ascii=False)  # fmt: skip
        if len(lean.encode("utf-16-le")) > MESSAGE_LIMIT:
            return "MessageSizeTooBig"
        return next((w for a in body.get("attachments", ()) if (w := _attachment(a, conversation))), "")

    def _in_time(self, conversation: str) -> bool:
        times, now = self._at.setdefault(conversation, deque()), time.monotonic()
        while times and now - times[0] > 1.0:
            times.popleft()
        if len(times) >= 7:
            return False
        times.append(now)
        return True

    def _knows(self, request: web.Request) -> bool:
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        return kind == "Bearer" and token in self._given

    def _no(self, status: int, code: str, headers: dict[str, str] | None = None, detail: str = "") -> web.Response:
        self.refusals.append(f"{status} {code} {detail}".strip())
        return web.json_response({"error": {"code": code, "message": detail or code}}, status=status, headers=headers)

    async def _picture(self, request: web.Request) -> web.Response:
        if not self._knows(request):
            return self._no(401, "Unauthorized")
        data = self.pictures.get(request.match_info["name"])
        return web.Response(body=data, content_type="image/png") if data else self._no(404, "NotFound")

    # --- SharePoint

    async def _file(self, request: web.Request) -> web.StreamResponse:
        if "Authorization" in request.headers:
            self.leaked += 1
            return web.Response(status=401)
        status, kind, data = self.files.get(request.match_info["name"], (404, "text/plain", b""))
        if kind != "chunked":
            return web.Response(status=status, body=data, content_type=kind)
        answer = web.StreamResponse()
        answer.enable_chunked_encoding()
        await answer.prepare(request)
        await answer.write(data)
        return answer

    async def _moved(self, request: web.Request) -> web.Response:
        if "Authorization" in request.headers:
            self.leaked += 1
        return web.Response(status=302, headers={"Location": request.query["to"]})

    async def _upload(self, request: web.Request) -> web.Response:
        if "Authorization" in request.headers:
            self.leaked += 1
            return web.Response(status=401)
        if self.failing:
            return web.Response(status=self.failing.popleft()[0])
        name, data = request.match_info["name"], await request.read()
        have = self.uploads.get(name, b"")
        span = request.headers.get("Content-Range", "")
        if not span.startswith(f"bytes {len(have)}-{len(have) + len(data) - 1}/"):
            return web.Response(status=416)
        self.uploads[name] = have + data
        whole = int(span.rpartition("/")[2])
        return web.json_response({}, status=201 if len(self.uploads[name]) == whole else 202)


def _attachment(attachment: Doc, conversation: str) -> str:
    kind = attachment.get("contentType")
    if kind not in _KINDS or set(attachment) - {"contentType", "content", "contentUrl", "name"}:
        return f"attachment {kind}"
    if kind == "application/vnd.microsoft.card.adaptive":
        return "; ".join(faults(attachment["content"]))
    if kind == "application/vnd.microsoft.teams.card.file.consent":
        if not conversation.startswith("a:"):
            return "consent outside a personal chat"
        if not attachment["content"].get("sizeInBytes"):
            return "consent without a size"
    return ""


def _oauth(error: str, words: str) -> web.Response:
    return web.json_response({"error": error, "error_description": words}, status=400)


def _certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A test CA and a certificate of localhost; returns the CA's file for REQUESTS_CA_BUNDLE."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test authority")])
    ca, key = _key(3), _key(4)
    root = _signed(name, name, ca, ca, lambda b: b.add_extension(x509.BasicConstraints(True, None), True))
    here = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    leaf = _signed(
        here, name, key, ca,
        lambda b: b.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), False),
    )  # fmt: skip
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    chain, where = folder / "leaf.pem", folder / "ca.pem"
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    chain.write_bytes(leaf.public_bytes(pem) + secret)
    where.write_bytes(root.public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    return context, where


def _signed(
    subject: x509.Name,
    issuer: x509.Name,
    key: rsa.RSAPrivateKey,
    by: rsa.RSAPrivateKey,
    more: Callable[[x509.CertificateBuilder], x509.CertificateBuilder],
) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(
        subject_name=subject, issuer_name=issuer, public_key=key.public_key(),
        serial_number=x509.random_serial_number(), not_valid_before=now - timedelta(days=1),
        not_valid_after=now + timedelta(days=2),
    )  # fmt: skip
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
    aki = x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key())
    return more(builder.add_extension(aki, False)).sign(by, hashes.SHA256())
