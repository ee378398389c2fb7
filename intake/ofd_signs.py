"""The seals of an OFD package: every digest, the signature, the seal, who vouches for it, and what lies outside."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass, field

from lxml import etree

from archive.authentic import Authenticity, Standing, Step, Trust, together
from archive.words import Text
from intake.certificates import sm3
from intake.cms import DIGESTS, Digest
from intake.markup import first, parse, value
from intake.package import Package, resolve
from intake.seals import Seen, judge_value

#: GB/T 33190 18.2.2: CheckMethod; MD5 where it isn't given. The weak ones are compared, but never pass.
_METHODS: dict[str, Digest] = {
    **DIGESTS,
    "SM3": sm3,
    "SHA256": DIGESTS["2.16.840.1.101.3.4.2.1"],
    "SHA-256": DIGESTS["2.16.840.1.101.3.4.2.1"],
}
_WEAK: dict[str, Digest] = {
    "": lambda data: hashlib.md5(data, usedforsecurity=False).digest(),
    "MD5": lambda data: hashlib.md5(data, usedforsecurity=False).digest(),
    "SHA1": lambda data: hashlib.sha1(data, usedforsecurity=False).digest(),
    "SHA-1": lambda data: hashlib.sha1(data, usedforsecurity=False).digest(),
    "1.3.14.3.2.26": lambda data: hashlib.sha1(data, usedforsecurity=False).digest(),
}
_MOST = 20  # signatures of one package
_SHOWN = 3  # files named in a reason


@dataclass
class _Look(Seen):
    """One signature of a package, as far as it was looked at."""

    path: str = ""  # of its Signature.xml
    covers: set[str] = field(default_factory=set)
    own: set[str] = field(default_factory=set)  # the signature's own files, which it can't cover


def judge_ofd(data: bytes, name: str, trust: Trust) -> Authenticity:
    """What the package's signatures are worth. Raises ReadProblems and ValueError for what can't be taken apart."""
    package = Package(data, name)
    looks: list[_Look] = []
    verdicts: list[Authenticity] = []
    own: set[str] = set()
    for listed in package.root.iter("{*}Signatures"):
        where = resolve("", value(listed))
        own.add(where.lower())
        content = package.content(where)
        if content is None:
            verdicts.append(_missing(where))
            continue
        elements = list(parse(content, name).iter("{*}Signature"))
        if len(elements) > _MOST:
            verdicts.append(Authenticity(Standing.UNCHECKED, (Text("签名太多", "too many signatures"),)))
        for element in elements[:_MOST]:
            look = _Look(path=resolve(where, element.get("BaseLoc", "")))
            looks.append(look)
            verdicts.append(_judge(package, look, trust))
    whole = together(verdicts)
    if whole.standing not in (Standing.PASSED, Standing.DIGESTS):
        return whole
    covered = set().union(own, *(look.covers | look.own for look in looks))
    return _with_coverage(whole, package, covered)


def _with_coverage(whole: Authenticity, package: Package, covered: set[str]) -> Authenticity:
    """Files that no signature covers could have been changed or put in by anybody: then it doesn't pass."""
    files = [e.filename for e in package.archive.infolist() if not e.is_dir()]
    outside = sorted(key for key, entry in package.entries.items() if not entry.is_dir() and key not in covered)
    if not outside and len(files) == len([e for e in package.entries.values() if not e.is_dir()]):
        return Authenticity(whole.standing, whole.why, (*whole.checked, Step.COVERAGE), whole.signers, whole.signed_at)
    named = "、".join(package.entries[key].filename for key in outside[:_SHOWN])
    more = f" …（{len(outside)}）" if len(outside) > _SHOWN else ""
    why = (
        Text(f"签章未覆盖：{named}{more}", f"not covered by the seal: {named}{more}")
        if outside
        else Text("包内有同名文件", "the package holds files of the same name")
    )
    return Authenticity(Standing.DIGESTS, (*whole.why, why), whole.checked, whole.signers, whole.signed_at)


def _missing(path: str) -> Authenticity:
    return Authenticity(
        Standing.UNCHECKED, (Text(f"签章文件「{path}」不在包内", f"the seal's file “{path}” is not in the package"),)
    )


def _judge(package: Package, look: _Look, trust: Trust) -> Authenticity:
    content = package.content(look.path)
    if content is None:
        return _missing(look.path)
    root = parse(content, package.name)
    weak, wrong = _digests(package, look, root)
    if wrong is not None:
        return wrong
    look.covers.add(look.path.lower())  # by the digest in the signed value
    if seal := first(root, "BaseLoc"):
        look.own.add(resolve(look.path, seal).lower())
    where = resolve(look.path, first(root, "SignedValue") or "SignedValue.dat")
    look.own.add(where.lower())
    signed = package.content(where)
    if not signed:
        return look.ends(Standing.DIGESTS, "没有签名值", "there is no signed value")
    verdict = judge_value(look, signed, content, trust)
    if weak and verdict.standing is Standing.PASSED:
        return look.ends(Standing.DIGESTS, "摘要算法太弱（MD5 或 SHA-1）", "the digests are weak (MD5 or SHA-1)")
    return verdict


def _digests(package: Package, look: _Look, root: etree._Element) -> tuple[bool, Authenticity | None]:
    """(whether the method is weak, the end of it when a file is missing or changed or the method is unknown)."""
    block = next(root.iter("{*}References"), None)
    method = (block.get("CheckMethod", "") if block is not None else "").strip().upper()
    digest = _METHODS.get(method) or _WEAK.get(method)
    references = list(root.iter("{*}Reference"))
    if not references:
        return False, look.ends(Standing.UNCHECKED, "签名没有列出文件", "the signature lists no files")
    if digest is None:
        return False, look.ends(
            Standing.UNCHECKED, f"摘要算法 {method[:40]} 不认识", f"unknown digest method {method[:40]}"
        )
    for reference in references:
        path = resolve(look.path, reference.get("FileRef", ""))
        content = package.content(path)
        if content is None or digest(content) != _decoded(first(reference, "CheckValue")):
            shown = path[:80]
            if content is None:
                return False, look.ends(
                    Standing.BROKEN, f"签章所列的「{shown}」不在包内", f"“{shown}”, which the seal lists, is missing"
                )
            return False, look.ends(
                Standing.BROKEN, f"「{shown}」的摘要不符", f"the digest of “{shown}” does not agree"
            )
        look.covers.add(path.lower())
    look.checked.append(Step.DIGESTS)
    return method in _WEAK, None


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return b""
