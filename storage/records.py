"""Frozen dataclasses to documents and back, by their type hints, and one canonical form of them for digests.

How values are written: money as Decimal128 (exact to 34 digits, keeps its places, and the database compares and adds
it as a number); a date as "2026-10-31"; a moment as UTC with milliseconds; a Mapping as [key, value] pairs, since a
key may hold any character; a frozenset sorted; an Enum by its value. Strings lose what UTF-8 can't carry (a lone
surrogate from a broken file becomes U+FFFD).
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import types
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from bson import Decimal128

Doc = dict[str, Any]
T = TypeVar("T")
_Turn = Callable[[Any], Any]


def pack(value: Any) -> Doc:
    """The dataclass value as a document. Raises ValueError for a naive moment or money beyond 34 digits."""
    return _record(type(value)).pack(value)


def unpack(cls: type[T], doc: Mapping[str, Any]) -> T:
    """The value again. A field the document lacks takes its default; what the class doesn't know is left out."""
    return _record(cls).unpack(doc)  # type: ignore[no-any-return]


def canonical(value: Any) -> bytes:
    """One form for one value: JSON of the packed document, keys sorted, typed values tagged. For digests only."""
    doc = pack(value) if dataclasses.is_dataclass(value) else value
    return json.dumps(
        doc, default=_tagged, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def digest(value: Any) -> str:
    """SHA-256 of the canonical form, lower-case hex. Takes a dataclass value or a document as stored."""
    return hashlib.sha256(canonical(value)).hexdigest()


def _tagged(value: Any) -> Any:
    if isinstance(value, Decimal128):
        return {"$decimal": str(value)}
    if isinstance(value, datetime):
        return {"$at": value.astimezone(UTC).isoformat(timespec="milliseconds")}
    if isinstance(value, bytes):
        return {"$hex": value.hex()}
    raise TypeError(f"no canonical form for {type(value).__name__}")


class _Record:
    """How one dataclass is written and read. Made once per class."""

    def __init__(self, cls: Any) -> None:
        hints = get_type_hints(cls)
        self._cls = cls
        self._fields = [(f.name, *_turns(hints[f.name])) for f in dataclasses.fields(cls) if f.init]

    def pack(self, value: Any) -> Doc:
        return {name: down(getattr(value, name)) if down else getattr(value, name) for name, down, _ in self._fields}

    def unpack(self, doc: Mapping[str, Any]) -> Any:
        return self._cls(**{name: up(doc[name]) if up else doc[name] for name, _, up in self._fields if name in doc})


_RECORDS: dict[Any, _Record] = {}


def _record(cls: Any) -> _Record:
    record = _RECORDS.get(cls)
    if record is None:
        if not dataclasses.is_dataclass(cls):
            raise TypeError(f"{cls!r} is not a dataclass")
        record = _RECORDS[cls] = _Record(cls)
    return record


@cache
def _turns(hint: Any) -> tuple[_Turn | None, _Turn | None]:
    """How a value of this type goes down and comes up; None where it goes as it is."""
    origin, inside = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return _optional(inside)
    if origin is Literal:
        return _turns(inside[0].__class__)
    if origin is not None and isinstance(origin, type):
        return _many(origin, inside)
    if hint in _PLAIN:
        return None, None
    if hint in _LEAVES:
        return _LEAVES[hint]
    if isinstance(hint, type) and issubclass(hint, Enum):
        return (lambda value: value.value), hint
    if dataclasses.is_dataclass(hint):
        record = _record(hint)
        return record.pack, record.unpack
    raise TypeError(f"no way to write {hint!r}")


def _optional(inside: tuple[Any, ...]) -> tuple[_Turn | None, _Turn | None]:
    kinds = [each for each in inside if each is not type(None)]
    records = [each for each in kinds if dataclasses.is_dataclass(each)]
    if len(kinds) == 2 and len(records) == 1 and str in kinds:
        return _record_or_words(_record(records[0]))
    turns = {_turns(each) for each in kinds}
    if len(turns) != 1:
        raise TypeError(f"can't tell {' | '.join(map(str, kinds))} apart when read")
    down, up = turns.pop()
    return _unless_none(down), _unless_none(up)


def _record_or_words(record: _Record) -> tuple[_Turn | None, _Turn | None]:
    """Text | str: one lies as a document, the other as a string."""
    return (
        lambda value: _text(value) if isinstance(value, str) else value and record.pack(value),
        lambda value: value if isinstance(value, str) else value and record.unpack(value),
    )


def _unless_none(turn: _Turn | None) -> _Turn | None:
    return turn and (lambda value: None if value is None else turn(value))


def _many(origin: type[Any], inside: tuple[Any, ...]) -> tuple[_Turn | None, _Turn | None]:
    if issubclass(origin, Mapping):
        return _pairs(*(_turns(each) for each in inside))
    if issubclass(origin, tuple) and not (len(inside) == 2 and inside[1] is Ellipsis):
        return _fixed([_turns(each) for each in inside])
    down, up = (turn or _same for turn in _turns(inside[0]))
    if issubclass(origin, AbstractSet):
        return (lambda many: sorted(down(each) for each in many)), (lambda many: frozenset(up(each) for each in many))
    if issubclass(origin, tuple) or origin is Sequence:
        return (lambda many: [down(each) for each in many]), (lambda many: tuple(up(each) for each in many))
    if issubclass(origin, list):
        return (lambda many: [down(each) for each in many]), (lambda many: [up(each) for each in many])
    raise TypeError(f"no way to write {origin!r}")


def _pairs(
    key: tuple[_Turn | None, _Turn | None], value: tuple[_Turn | None, _Turn | None]
) -> tuple[_Turn | None, _Turn | None]:
    (key_down, key_up), (down, up) = ((d or _same, u or _same) for d, u in (key, value))
    return (
        lambda many: sorted([key_down(k), down(v)] for k, v in many.items()),
        lambda many: {key_up(k): up(v) for k, v in many},
    )


def _fixed(turns: list[tuple[_Turn | None, _Turn | None]]) -> tuple[_Turn | None, _Turn | None]:
    downs, ups = [d or _same for d, _ in turns], [u or _same for _, u in turns]
    return (
        lambda many: [down(each) for down, each in zip(downs, many, strict=True)],
        lambda many: tuple(up(each) for up, each in zip(ups, many, strict=True)),
    )


def _same(value: Any) -> Any:
    return value


def _text(value: str) -> str:
    if value.isascii():
        return value
    return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _moment(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a moment without a zone")
    at = value.astimezone(UTC)
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def _money(value: Decimal) -> Decimal128:
    if not value.is_finite() or len(value.as_tuple().digits) > 34:
        raise ValueError("money beyond 34 digits")
    return Decimal128(value)


_PLAIN = frozenset({int, float, bool, bytes, Any, object})
_LEAVES: Mapping[Any, tuple[_Turn | None, _Turn | None]] = {
    str: (_text, None),
    Decimal: (_money, lambda value: value.to_decimal()),
    datetime: (_moment, lambda value: value.astimezone(UTC)),
    date: (date.isoformat, date.fromisoformat),
}
