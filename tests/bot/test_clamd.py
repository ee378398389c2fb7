"""The adapter to clamd against a stand-in that speaks the protocol to the letter."""

from __future__ import annotations

from pathlib import Path

from bot.clamd import scan
from tests.fakes.clamd import EICAR, VERSION, Clamd


def test_clean_and_found_over_tcp_and_a_socket_file(tmp_path: Path) -> None:
    for path in ("", str(tmp_path / "clamd.sock")):
        with Clamd(path) as scanner:
            clean = scan(b"x" * 200_000, scanner.address, 5)
            assert (clean.found, clean.problem, clean.engine) == ("", "", VERSION)
            bad = scan(b"y" * 70_000 + EICAR, scanner.address, 5)
            assert (bad.found, bad.problem, bad.engine) == ("Eicar-Test-Signature", "", VERSION)
            assert scan(b"", scanner.address, 5).problem == ""
            assert scanner.asked == 3


def test_what_gives_no_result_is_a_problem_and_never_clean() -> None:
    with Clamd(limit=1_000) as scanner:
        said = scan(b"x" * 3_000_000, scanner.address, 5)
        assert "size limit" in said.problem
        assert not said.found
    with Clamd(answer="stream: Can't allocate memory ERROR") as scanner:
        assert "memory" in scan(b"x", scanner.address, 5).problem
    gone = scan(b"x", scanner.address, 1)
    assert gone.problem
    assert not gone.engine
    assert scan(b"x", "/nowhere/clamd.sock", 1).problem
