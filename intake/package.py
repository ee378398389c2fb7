"""An OFD package: its files by path, its documents, pages and resources. No more is unpacked than is asked for."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lxml import etree

from archive.errors import Encrypted, TooBigToRead, Truncated, ZipBomb
from archive.words import Text
from intake import limits
from intake.markup import first, parse, value

Frame = tuple[float, float, float, float]  # x, y, width, height in millimetres
_A4: Frame = (0.0, 0.0, 210.0, 297.0)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page: its id, its content file, its size, and the template pages drawn beneath it."""

    id: str
    path: str
    root: etree._Element
    frame: Frame
    templates: tuple[etree._Element, ...]


class Package:
    """The zip of an OFD file. Paths are absolute or relative, and written in any case."""

    def __init__(self, data: bytes, name: str) -> None:
        self.name = name
        self.left = limits.ZIP_BYTES
        try:
            self.archive = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise Truncated(name=name) from error
        entries = self.archive.infolist()
        if len(entries) > limits.ZIP_ENTRIES:
            raise ZipBomb(name=name)
        keys = {_key(e.filename): e for e in entries}
        top = _top(keys)
        self.entries = {key.removeprefix(top): entry for key, entry in keys.items()}
        self.root = self.xml("OFD.xml")

    def content(self, path: str) -> bytes | None:
        """A file's content; None where there is none. Raises ZipBomb, Truncated, Encrypted."""
        entry = self.entries.get(_key(path))
        if entry is None:
            return None
        if entry.flag_bits & 1:
            raise Encrypted(name=self.name)
        if entry.file_size > limits.FILE_BYTES or entry.file_size > self.left:
            raise ZipBomb(name=self.name)
        try:
            with self.archive.open(entry) as stream:
                content = stream.read(entry.file_size + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError, NotImplementedError) as error:
            raise Truncated(name=self.name) from error
        self.left -= len(content)
        if self.left < 0:
            raise ZipBomb(name=self.name)
        return content

    def xml(self, path: str) -> etree._Element:
        """A file parsed as XML; a missing one makes the package incomplete."""
        content = self.content(path)
        if content is None:
            raise Truncated(name=self.name)
        return parse(content, self.name)

    def documents(self) -> Iterator[tuple[str, etree._Element]]:
        """(path, root) of each Document.xml the package names."""
        for element in self.root.iter("{*}DocRoot"):
            path = resolve("", value(element))
            yield path, self.xml(path)

    def custom_data(self, path: str) -> dict[str, str]:
        """Name → value of the CustomData in the properties of the document at a path."""
        bodies = (b for b in self.root.iter("{*}DocBody") if resolve("", first(b, "DocRoot")) == path)
        return {e.get("Name", ""): value(e) for body in bodies for e in body.iter("{*}CustomData") if value(e)}

    def pages(self, path: str, document: etree._Element) -> Iterator[Leaf]:
        """The document's pages in order, each with its templates; raises TooBigToRead beyond the limit of pages."""
        usual = _frame(next(document.iter("{*}PageArea"), None)) or _A4
        templates = {e.get("ID", ""): e.get("BaseLoc", "") for e in document.iter("{*}TemplatePage")}
        for number, element in enumerate(document.iterfind("{*}Pages/{*}Page")):
            if number >= limits.PAGES:
                limit = Text(f"{limits.PAGES} 页", f"{limits.PAGES} pages")
                raise TooBigToRead(name=self.name, size=Text("更多页", "more pages"), limit=limit)
            where = resolve(path, element.get("BaseLoc", ""))
            root = self.xml(where)
            used = [
                templates[t.get("TemplateID", "")]
                for t in root.iterfind("{*}Template")
                if t.get("TemplateID") in templates
            ]
            beneath = tuple(self.xml(resolve(path, loc)) for loc in used)
            frames = [_frame(r.find("{*}Area")) for r in (root, *beneath)]
            yield Leaf(element.get("ID", ""), where, root, next((f for f in frames if f), usual), beneath)

    def attachments(self, path: str, document: etree._Element) -> Iterator[tuple[str, bytes]]:
        """(name, content) of the files attached to a document, listed ones first, then any other in Attachs/."""
        seen = set()
        listed = first(document, "Attachments")
        if listed and (content := self.content(resolve(path, listed))):
            for element in parse(content, self.name).iter("{*}Attachment"):
                where = resolve(resolve(path, listed), first(element, "FileLoc"))
                seen.add(_key(where))
                if (found := self.content(where)) is not None:
                    yield element.get("Name") or posixpath.basename(where), found
        folder = _key(posixpath.join(posixpath.dirname(path), "attachs")) + "/"
        for key, entry in self.entries.items():
            unlisted = key.startswith(folder) and key.endswith(".xml") and key not in seen and "attachments" not in key
            if unlisted and (found := self.content(entry.filename)) is not None:
                yield posixpath.basename(entry.filename), found


def resolve(base: str, location: str) -> str:
    """A location named in the file `base`, as a path from the package's root; it can't leave the package."""
    location = location.strip().replace("\\", "/")
    path = location if location.startswith("/") else posixpath.join(posixpath.dirname(base), location)
    return posixpath.normpath("/" + path).lstrip("/")


def _top(keys: Iterable[str]) -> str:
    """The folder that all of it lies in, where somebody unpacked an OFD and packed the folder again; else nothing."""
    roots = [key for key in keys if key == "ofd.xml" or key.endswith("/ofd.xml")]
    return roots[0].removesuffix("ofd.xml") if len(roots) == 1 else ""


def _key(path: str) -> str:
    return posixpath.normpath("/" + path.replace("\\", "/")).lstrip("/").lower()


def _frame(area: etree._Element | None) -> Frame | None:
    box = numbers(first(area, "PhysicalBox")) if area is not None else []
    if len(box) == 4 and box[2] > 0 and box[3] > 0:
        return (box[0], box[1], box[2], box[3])
    return None


def numbers(text: str | None) -> list[float]:
    """The numbers in an attribute, unreadable ones left out."""
    result = []
    for part in (text or "").split():
        try:
            result.append(float(part))
        except ValueError:
            continue
    return result
