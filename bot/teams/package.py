"""The app package an administrator uploads to Teams: a manifest, its Chinese and English words, two icons."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any
from urllib.parse import urlsplit

from PIL import Image, ImageDraw

from archive.errors import BadSettings
from archive.words import Text
from config.channels import Teams

SCHEMA = "https://developer.microsoft.com/json-schemas/teams/v1.16/MicrosoftTeams.schema.json"
VERSION = "1.0.0"
COLOUR, MARK = 192, 32  # pixels, as Teams wants them
_BLUE, _WHITE, _CLEAR = (31, 78, 121, 255), (255, 255, 255, 255), (0, 0, 0, 0)
NAME = Text("归档", "Guidang")
SHORT = Text(
    "公司的会计档案：交发票、审批、查找、报表", "Your accounting archive: invoices, approvals, search, reports"
)
LONG = Text(
    "把发票(PDF、OFD、XML、照片)发给归档，它读取、校验、查重，请审批人一键通过或驳回，加密留存、随时可查，并按需或定时出报表。",
    "Send invoices (PDF, OFD, XML, photos): they are read, checked and compared, approved with one click, kept "
    "encrypted, found at any time, and reported on demand or on schedule.",
)
COMMANDS = (
    (Text("待办", "todo"), Text("等我处理的", "What waits for me")),
    (Text("查", "search"), Text("例：查 顺丰 2026-10 >500", "e.g. search sf 2026-10 >500")),
    (Text("报表", "report"), Text("例：报表 本月报销", "e.g. report expenses 2026-10")),
    (Text("帮助", "help"), Text("能做什么", "What can be done")),
)

NEEDED = Text(
    "请先设置对外的 https 地址（public_url）：它写在应用包里",
    "set public_url, an https address: it stands in the package",
)


def package(settings: Teams, public_url: str) -> bytes:
    """The zip, byte for byte the same for the same settings. `public_url`: our server as people reach it.

    Raises BadSettings without an https address: Teams would refuse the package and not say why.
    """
    if urlsplit(public_url).scheme != "https":
        raise BadSettings(mistakes=NEEDED)
    files = {
        "manifest.json": _json(manifest(settings, public_url)),
        "en.json": _json(english()),
        "color.png": colour(),
        "outline.png": outline(),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in files.items():
            packed.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def manifest(settings: Teams, public_url: str) -> dict[str, Any]:
    """Only what is needed: a bot in chats and channels that may receive files. No permission of Graph."""
    address = public_url.rstrip("/")
    commands = [{"title": word.zh, "description": what.zh} for word, what in COMMANDS]
    scopes = ["personal", "team", "groupchat"]
    return {
        "$schema": SCHEMA,
        "manifestVersion": "1.16",
        "version": VERSION,
        "id": settings.app_id,
        "developer": {
            "name": NAME.en,
            "websiteUrl": address,
            "privacyUrl": f"{address}/",
            "termsOfUseUrl": f"{address}/",
        },
        "name": {"short": NAME.zh, "full": f"{NAME.zh} {NAME.en}"},
        "description": {"short": SHORT.zh, "full": LONG.zh},
        "localizationInfo": {
            "defaultLanguageTag": "zh-cn",
            "additionalLanguages": [{"languageTag": "en", "file": "en.json"}],
        },
        "icons": {"color": "color.png", "outline": "outline.png"},
        "accentColor": "#1F4E79",
        "bots": [
            {
                "botId": settings.app_id,
                "scopes": scopes,
                "supportsFiles": True,
                "isNotificationOnly": False,
                "commandLists": [{"scopes": scopes, "commands": commands}],
            }
        ],
        "permissions": ["identity", "messageTeamMembers"],
        "validDomains": [host] if (host := urlsplit(public_url).hostname) else [],
    }


def english() -> dict[str, str]:
    """The manifest's words in English."""
    words = {
        "$schema": SCHEMA.replace("MicrosoftTeams.schema", "MicrosoftTeams.Localization.schema"),
        "name.short": NAME.en,
        "name.full": f"{NAME.en} {NAME.zh}",
        "description.short": SHORT.en,
        "description.full": LONG.en,
    }
    for n, (word, what) in enumerate(COMMANDS):
        words[f"bots[0].commandLists[0].commands[{n}].title"] = word.en
        words[f"bots[0].commandLists[0].commands[{n}].description"] = what.en
    return words


def colour() -> bytes:
    """A white box of papers on blue."""
    return _png(_box(COLOUR, _WHITE, Image.new("RGBA", (COLOUR * 4, COLOUR * 4), _BLUE)))


def outline() -> bytes:
    """The same in white on nothing."""
    return _png(_box(MARK, _WHITE, Image.new("RGBA", (MARK * 4, MARK * 4), _CLEAR), 0.04))


def _box(size: int, ink: tuple[int, ...], ground: Image.Image, margin: float = 0.2) -> Image.Image:
    """Three sheets above a drawer with a handle, drawn large and made small so that its edges are smooth."""
    draw, whole = ImageDraw.Draw(ground), size * 4

    def at(*share: float) -> tuple[float, ...]:
        return tuple((margin + part * (1 - 2 * margin)) * whole for part in share)

    width = max(4, round(whole * 0.045))
    for n in range(3):
        draw.line(at(0.12 + 0.1 * n, 0.34 - 0.14 * n, 0.88 - 0.1 * n, 0.34 - 0.14 * n), fill=ink, width=width)
    draw.rounded_rectangle(at(0, 0.48, 1, 1), radius=whole * 0.04, outline=ink, width=width)
    draw.rounded_rectangle(at(0.34, 0.66, 0.66, 0.8), radius=whole * 0.03, outline=ink, width=width)
    return ground.resize((size, size), Image.Resampling.LANCZOS)


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2).encode()
