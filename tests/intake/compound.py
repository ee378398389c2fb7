"""Writes the compound file (MS-CFB) that Outlook saves a mail as, just enough of it for attachments."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

_FREE, _END, _FAT_SECTOR, _NONE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
_SECTOR, _MINI, _CUTOFF = 512, 64, 4096

Tree = Mapping[str, "bytes | Tree"]


@dataclass
class _Node:
    name: str
    content: bytes | None
    children: list[int] = field(default_factory=list)
    start: int = _END


def outlook_mail(files: Mapping[str, bytes | Tree], pasted: frozenset[str] = frozenset()) -> bytes:
    """A .msg with these files attached; a mapping is a mail that is itself attached."""
    return compound(_mail(files, pasted, 32))


def _mail(files: Mapping[str, bytes | Tree], pasted: frozenset[str], header: int) -> dict[str, bytes | Tree]:
    tree: dict[str, bytes | Tree] = {"__properties_version1.0": bytes(header)}
    for number, (name, content) in enumerate(files.items()):
        texts = {0x3707: name, **({0x3712: "pic1"} if name in pasted else {})}
        streams: dict[str, bytes | Tree] = {f"__substg1.0_{p:04X}001F": t.encode("utf-16-le") for p, t in texts.items()}
        properties = [struct.pack("<HHIII", 0x001F, p, 6, len(t.encode("utf-16-le")) + 2, 0) for p, t in texts.items()]
        if isinstance(content, bytes):
            streams["__substg1.0_37010102"] = content
            properties.append(struct.pack("<HHIII", 0x0102, 0x3701, 6, len(content), 0))
        else:
            streams["__substg1.0_3701000D"] = _mail(content, pasted, 24)  # type: ignore[arg-type]
        streams["__properties_version1.0"] = bytes(8) + b"".join(properties)
        tree[f"__attach_version1.0_#{number:08X}"] = streams
    return tree


def compound(tree: Tree) -> bytes:
    """The bytes of a compound file with these storages and streams."""
    nodes = [_Node("Root Entry", None)]
    _add(nodes, 0, tree)
    small = bytearray()
    minis: list[int] = []
    sectors: list[bytes] = []
    fat: list[int] = []

    def chain(content: bytes) -> int:
        first = len(sectors)
        parts = [content[i : i + _SECTOR].ljust(_SECTOR, b"\x00") for i in range(0, len(content), _SECTOR)]
        sectors.extend(parts)
        fat.extend([*range(first + 1, first + len(parts)), _END] if parts else [])
        return first if parts else _END

    for node in nodes:
        if node.content is None:
            continue
        if len(node.content) >= _CUTOFF:
            node.start = chain(node.content)
        elif node.content:
            node.start = len(minis)
            count = -(-len(node.content) // _MINI)
            small += node.content.ljust(count * _MINI, b"\x00")
            minis += [*range(node.start + 1, node.start + count), _END]
    root_start = chain(bytes(small))
    mini_fat = chain(struct.pack(f"<{len(minis)}I", *minis).ljust(-(-len(minis) * 4 // _SECTOR) * _SECTOR, b"\xff"))
    directory = b"".join(_entry(nodes, node, root_start, len(small)) for node in nodes)
    directory_start = chain(directory)
    tables = 1
    while (len(sectors) + tables) * 4 > tables * _SECTOR:
        tables += 1
    first_table = len(sectors)
    fat += [_FAT_SECTOR] * tables
    packed = struct.pack(f"<{len(fat)}I", *fat).ljust(tables * _SECTOR, b"\xff")
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", 0, tables, directory_start, 0, _CUTOFF, mini_fat, 1, _END, 0)
    listed = [first_table + i for i in range(tables)]
    head += struct.pack("<109I", *listed, *([_FREE] * (109 - tables)))
    return head + b"".join(sectors) + packed


def _add(nodes: list[_Node], parent: int, tree: Tree) -> None:
    for name, content in tree.items():
        number = len(nodes)
        nodes.append(_Node(name, content if isinstance(content, bytes) else None))
        nodes[parent].children.append(number)
        if not isinstance(content, bytes):
            _add(nodes, number, content)


def _entry(nodes: list[_Node], node: _Node, root_start: int, root_size: int) -> bytes:
    """A directory entry; siblings hang on each other's right."""
    number = nodes.index(node)
    siblings = next((n.children for n in nodes if number in n.children), [])
    after = siblings[siblings.index(number) + 1 :][:1] if siblings else []
    name = node.name.encode("utf-16-le") + b"\x00\x00"
    sort = 5 if number == 0 else 1 if node.content is None else 2
    start, size = (root_start, root_size) if number == 0 else (node.start, len(node.content or b""))
    links = struct.pack("<III", _NONE, after[0] if after else _NONE, node.children[0] if node.children else _NONE)
    shape = name.ljust(64, b"\x00") + struct.pack("<HBB", len(name), sort, 1)
    return shape + links + bytes(36) + struct.pack("<IQ", 0 if sort == 1 else start, size)
