"""What is wrong with a package, exactly: a kind, the file or unit, and words for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from archive.words import Text

KINDS: Mapping[str, Text] = {
    "unsafe_path": Text("路径不安全", "its path is not safe"),
    "symlink": Text("是符号链接", "it is a symbolic link"),
    "special": Text("不是普通文件", "it is no plain file"),
    "duplicate_path": Text("路径重复", "its path occurs twice"),
    "locked": Text("有密码", "it is locked with a password"),
    "bomb": Text("展开后远大于压缩前", "it unpacks to far more than it holds"),
    "too_big": Text("文件过大", "it is too big"),
    "too_many": Text("文件过多", "there are too many files"),
    "unreadable": Text("读不出", "it can't be read"),
    "bad_manifest": Text("清单格式不对", "the manifest is not well formed"),
    "manifest_changed": Text("清单与封签的摘要不符", "the manifest is not what its seal says"),
    "bad_signature": Text("清单签名不对", "the manifest's signature is wrong"),
    "other_signer": Text("签名公钥不是约定的", "the key that signed is not the agreed one"),
    "missing": Text("清单里有，包里没有", "the manifest names it and it is not there"),
    "extra": Text("包里有，清单里没有", "it is there and the manifest does not name it"),
    "size": Text("大小与清单不符", "its size is not what the manifest says"),
    "sha256": Text("SHA-256 与清单不符", "its SHA-256 is not what the manifest says"),
    "sm3": Text("SM3 与清单不符", "its SM3 is not what the manifest says"),
    "bad_metadata": Text("元数据不符合模式", "the metadata does not follow the schema"),
    "metadata_mismatch": Text("元数据与清单不符", "the metadata is not what the manifest says"),
    "register_mismatch": Text("登记表与元数据不符", "the register is not what the metadata says"),
    "count_mismatch": Text("数量与说明文件不符", "the count is not what 说明文件 says"),
    "duplicate_unit": Text("序号重复或不连续", "the numbers have a double or a gap"),
    "orphan": Text("不属于任何一件", "it belongs to no unit"),
    "check_failed": Text("四性检测不通过", "it failed the four-property checks"),
    "already_here": Text("同一文件已在档案里", "the same file is in the archive already"),
}


@dataclass(frozen=True, slots=True)
class PackageFinding:
    """One. `where`: a path, or a unit's id; `more`: the two values, a parser's words."""

    kind: str
    where: str
    more: Text

    @property
    def text(self) -> Text:
        """For people."""
        what = KINDS[self.kind]
        zh = f"{self.where}：{what.zh}" + (f"（{self.more.zh}）" if self.more.zh else "")
        return Text(zh, f"{self.where}: {what.en}" + (f" ({self.more.en})" if self.more.en else ""))


def finding(kind: str, where: str, more: Text | str = "") -> PackageFinding:
    """With its words; control characters of a name from outside don't reach a terminal."""
    shown = "".join(c if c.isprintable() else "�" for c in where)[:300]
    said = more if isinstance(more, Text) else Text(more, more)
    return PackageFinding(kind, shown, said)
