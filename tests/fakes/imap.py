"""A strict IMAP4rev1 server for one account: what isn't asked rightly is answered BAD, and the test fails."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

USER, PASSWORD = "archive@guidang.example.com", 'pa "ss\\word'


@dataclass
class FakeImap:
    """Folders of (UID, bytes). `move`: whether it knows RFC 6851; `cut` ends the connection at a command's name."""

    move: bool = True
    cut: str = ""
    folders: dict[str, list[tuple[int, bytes]]] = field(default_factory=lambda: {"INBOX": []})
    wrong: list[str] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)
    port: int = 0
    _next: int = 1

    def deliver(self, raw: bytes) -> int:
        """A letter into the inbox."""
        uid, self._next = self._next, self._next + 1
        self.folders["INBOX"].append((uid, raw))
        return uid

    @asynccontextmanager
    async def running(self) -> AsyncIterator[FakeImap]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        state, deleted = "new", set[int]()

        def say(*lines: bytes) -> None:
            for line in lines:
                writer.write(line + b"\r\n")

        say(b"* OK IMAP4rev1 ready")
        while line := await reader.readline():
            while found := re.search(rb"\{(\d+)\}\r\n$", line):  # a literal: the client waits to be told
                say(b"+ go on")
                line = line[: found.start()] + await reader.readexactly(int(found[1])) + await reader.readline()
            tag, _, rest = line.decode().rstrip("\r\n").partition(" ")
            name, _, args = rest.partition(" ")
            name = name.upper()
            if name == "UID":
                sub, _, args = args.partition(" ")
                name = f"UID {sub.upper()}"
            if self.cut and name == self.cut:
                self.cut = ""
                writer.close()
                return
            done = f"{tag} OK done".encode()
            if name == "CAPABILITY":
                say(b"* CAPABILITY IMAP4rev1" + (b" MOVE" if self.move else b""), done)
            elif name == "LOGIN" and state == "new":
                right = args in (
                    f'{USER} "{PASSWORD}"',
                    f'{USER} "{_quoted(PASSWORD)}"',
                    f'"{USER}" "{_quoted(PASSWORD)}"',
                )
                state = "in" if right else state
                say(done if right else f"{tag} NO [AUTHENTICATIONFAILED]".encode())
            elif name == "SELECT" and state == "in" and args.strip('"') in self.folders:
                state = "selected"
                say(f"* {len(self.folders['INBOX'])} EXISTS".encode(), b"* OK [UIDVALIDITY 7]", done)
            elif name == "LIST" and state != "new":
                pattern = args.rsplit(" ", 1)[1].strip('"')
                say(*(f'* LIST () "/" "{f}"'.encode() for f in self.folders if pattern in ("*", f)), done)
            elif name == "CREATE" and state != "new":
                self.folders.setdefault(args.strip('"'), [])
                say(done)
            elif name == "UID SEARCH" and state == "selected":
                say(b"* SEARCH " + " ".join(str(uid) for uid, _ in self.folders["INBOX"]).encode(), done)
            elif name == "UID FETCH" and state == "selected":
                uid, _, what = args.partition(" ")
                raw = dict(self.folders["INBOX"]).get(int(uid))
                if raw is not None and what == "(RFC822.SIZE)":
                    say(f"* 1 FETCH (UID {uid} RFC822.SIZE {len(raw)})".encode(), done)
                elif raw is not None and what == "(BODY.PEEK[])":
                    writer.write(f"* 1 FETCH (UID {uid} BODY[] {{{len(raw)}}}\r\n".encode() + raw + b")\r\n")
                    say(done)
                else:
                    self._bad(say, tag, rest)
            elif name in ("UID MOVE", "UID COPY") and state == "selected" and (name == "UID COPY" or self.move):
                uid, _, folder = args.partition(" ")
                if folder.strip('"') not in self.folders:
                    say(f"{tag} NO [TRYCREATE]".encode())
                    continue
                self.folders[folder.strip('"')].append((int(uid), dict(self.folders["INBOX"])[int(uid)]))
                if name == "UID MOVE":
                    self._gone({int(uid)})
                say(done)
            elif name == "UID STORE" and state == "selected" and "\\Deleted" in args:
                deleted.add(int(args.split(" ")[0]))
                say(done)
            elif name == "EXPUNGE" and state == "selected":
                self._gone(deleted)
                say(done)
            elif name == "CLOSE" and state == "selected":
                state = "in"
                say(done)
            elif name == "LOGOUT":
                say(b"* BYE", done)
                break
            else:
                self._bad(say, tag, rest)
            await writer.drain()
        writer.close()

    def _gone(self, uids: set[int]) -> None:
        self.folders["INBOX"] = [each for each in self.folders["INBOX"] if each[0] not in uids]

    def _bad(self, say: object, tag: str, rest: str) -> None:
        self.wrong.append(rest)
        say(f"{tag} BAD".encode())  # type: ignore[operator]


def _quoted(words: str) -> str:
    return words.replace("\\", "\\\\").replace('"', '\\"')
