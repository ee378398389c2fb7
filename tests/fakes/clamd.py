"""A strict stand-in for clamd: speaks INSTREAM to the letter, knows one virus, and refuses what clamd would refuse."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
VERSION = "ClamAV 1.4.2/27500/Tue Nov 24 09:00:00 2026"


class Clamd:
    """`with Clamd() as scanner: scanner.address`; or on a Unix socket at `path`."""

    def __init__(self, path: str = "", limit: int = 25_000_000, answer: str = "") -> None:
        """`answer`: said instead of a result, to stand for one that is ill."""
        self.limit, self.answer, self.asked = limit, answer, 0
        if path:
            self._server = socket.socket(socket.AF_UNIX)
            self._server.bind(path)
            self.address = path
        else:
            self._server = socket.create_server(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{self._server.getsockname()[1]}"
        self._server.listen()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Clamd:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                line, _ = self._server.accept()
                threading.Thread(target=self._one, args=(line,), daemon=True).start()

    def _one(self, line: socket.socket) -> None:
        with contextlib.suppress(OSError), line:
            command = bytearray()
            while not command.endswith(b"\0") and len(command) < 100:
                command += line.recv(1)
            if command == b"zVERSION\0":
                line.sendall(VERSION.encode() + b"\0")
            elif command == b"zINSTREAM\0":
                self.asked += 1
                line.sendall((self.answer or self._stream(line)).encode() + b"\0")
            else:
                line.sendall(b"UNKNOWN COMMAND\0")

    def _stream(self, line: socket.socket) -> str:
        data = bytearray()
        while size := struct.unpack("!I", self._exactly(line, 4))[0]:
            data += self._exactly(line, size)
            if len(data) > self.limit:
                return "INSTREAM size limit exceeded. ERROR"
        return "stream: Eicar-Test-Signature FOUND" if EICAR in data else "stream: OK"

    def _exactly(self, line: socket.socket, size: int) -> bytes:
        data = bytearray()
        while len(data) < size:
            part = line.recv(size - len(data))
            if not part:
                raise OSError("cut off")
            data += part
        return bytes(data)
