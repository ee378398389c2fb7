"""The trust store: a folder of certificates whose seals and signatures pass. Without one nobody is trusted."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from archive.authentic import Trust

KNOWN: Mapping[str, set[str]] = {"trust": {"folder"}}
_ENDINGS = frozenset({".pem", ".crt", ".cer", ".der"})
_BIGGEST = 1 << 20  # bytes of one file


def read(env: Mapping[str, str], given: Mapping[str, Mapping[str, Any]], mistakes: list[str]) -> Trust:
    """Every certificate of `[trust] folder` (GUIDANG_TRUST), PEM or DER; several in one PEM file are all taken."""
    folder = env.get("GUIDANG_TRUST") or given.get("trust", {}).get("folder")
    if not folder:
        return Trust()
    try:
        files = sorted(p for p in Path(str(folder)).iterdir() if p.suffix.lower() in _ENDINGS)
    except OSError as error:
        mistakes.append(f"trust.folder: {folder}: {error.strerror or error}")
        return Trust()
    found: dict[bytes, None] = {}
    for file in files:
        try:
            found |= dict.fromkeys(_certificates(file.read_bytes()[:_BIGGEST]))
        except (OSError, ValueError) as error:
            mistakes.append(f"trust.folder: {file.name} holds no certificate that can be read ({error})")
    return Trust(tuple(found))


def _certificates(data: bytes) -> list[bytes]:
    from asn1crypto import pem, x509  # type: ignore[import-untyped]  # lazily: most have no store

    ders = [der for _, _, der in pem.unarmor(data, multiple=True)] if pem.detect(data) else [data]
    for der in ders:
        x509.Certificate.load(der, strict=True).subject.native  # noqa: B018  a broken one shows now
    return ders
