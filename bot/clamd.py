"""The virus scanner: clamd's INSTREAM over TCP or a Unix socket, called by the worker that has the plain bytes.

clamd(8): `zINSTREAM\\0`, then pieces each behind its length (u32, network order), a zero length ends; the answer is
`stream: OK`, `stream: NAME FOUND`, or `… ERROR`. A command beginning with "z" ends with a zero byte.
"""

from __future__ import annotations

import socket
import struct
from contextlib import closing

from archive.four_properties.evidence import Scan

_PIECE = 65_536
_LONGEST = 4_096  # bytes of an answer


class Refused(Exception):
    """It did not give a result: away, too slow, or it says ERROR."""


def scan(data: bytes, address: str, timeout: float) -> Scan:
    """What clamd at `host:port` or `/path/of.sock` says of the bytes; what went wrong stands in `problem`."""
    try:
        engine = _asked(address, timeout, b"zVERSION\0", ())
        answer = _asked(address, timeout, b"zINSTREAM\0", (data,))
    except (OSError, Refused) as error:
        return Scan(problem=str(error) or type(error).__name__)
    if answer.endswith(" FOUND"):
        return Scan(engine, answer.removeprefix("stream: ").removesuffix(" FOUND"))
    if answer == "stream: OK":
        return Scan(engine)
    return Scan(engine, problem=answer[:200])


def _asked(address: str, timeout: float, command: bytes, streams: tuple[bytes, ...]) -> str:
    with closing(_connected(address, timeout)) as line:
        line.sendall(command)
        for data in streams:
            try:
                for start in range(0, len(data), _PIECE):
                    piece = data[start : start + _PIECE]
                    line.sendall(struct.pack("!I", len(piece)) + piece)
                line.sendall(struct.pack("!I", 0))
            except (BrokenPipeError, ConnectionResetError):
                pass  # over its size limit: it has answered already
        return _answer(line)


def _answer(line: socket.socket) -> str:
    parts = bytearray()
    while not parts.endswith(b"\0"):
        part = line.recv(_LONGEST)
        if not part or len(parts) > _LONGEST:
            break
        parts += part
    said = parts.rstrip(b"\0\n").decode("utf-8", "replace").strip()
    if not said:
        raise Refused("no answer")
    return said


def _connected(address: str, timeout: float) -> socket.socket:
    if address.startswith("/"):
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(timeout)
        try:
            line.connect(address)
        except OSError:
            line.close()
            raise
        return line
    host, _, port = address.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout)
