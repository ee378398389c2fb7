"""Each item of the table: what passes it, what fails it, and when it says 未检 or 不适用."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.authentic import UNSIGNED, Authenticity, Standing
from archive.events import Event, events_of
from archive.four_properties.evidence import Carried, Carrier, Content, Evidence, Opening, Process, Scan
from archive.four_properties.parameters import Parameters
from archive.four_properties.scheme import RULES, judge, schemes
from archive.four_properties.verdict import Outcome, Property, Stage
from archive.inspection import chosen, sample_of, stage_of
from archive.item import FileRef
from archive.trail import Entry
from archive.unit import Paper, Part, Unit
from archive.words import Text
from config.custody import read, usual_schemes

FILE = FileRef("f1", "发票.pdf", 100, "a" * 64, "b" * 64, "application/pdf")
NUMBER = "GD01-KJ·PZ·2026·D30-0004-0002"
UNIT = Unit(
    "G2604-0002", "GD01", "原始凭证", "会计凭证", "办公用品", "2633", date(2026, 4, 2), 2026, 4, "30年",
    date(2056, 12, 31), NUMBER, NUMBER[:-5], (Paper(1, Part.SOURCE, FILE, "G2604-0002"),), {"M56": "100"},
)  # fmt: skip
CONTENT = Content(
    UNIT.papers[0], "", 100, "a" * 64, "b" * 64, Opening("pdf", pages=1), True, UNSIGNED, Scan("ClamAV 1.4")
)  # fmt: skip
SOUND = Evidence(
    UNIT, date(2026, 11, 24), (CONTENT,), "desk", 1, "", None, Process(5, agrees=True),
    Carried("c" * 64, True, registered_files=1), Carrier("目录"),
)  # fmt: skip
AT = datetime(2026, 11, 24, tzinfo=UTC)


def file(**named: object) -> Evidence:
    """The sound evidence with its file otherwise."""
    return replace(SOUND, contents=(replace(CONTENT, **named),))  # type: ignore[arg-type]


def unit(**named: object) -> Evidence:
    return replace(SOUND, unit=replace(UNIT, **named))  # type: ignore[arg-type]


def paper(**named: object) -> Evidence:
    """Registered otherwise than found."""
    ref = replace(FILE, **named)  # type: ignore[arg-type]
    made = Paper(1, Part.SOURCE, ref, "G2604-0002")
    return replace(SOUND, unit=replace(UNIT, papers=(made,)), contents=(replace(CONTENT, paper=made),))


FAILS = {
    "1-1": [
        file(problem="missing"), file(problem="broken"), file(problem="no_key"), file(sha256="c" * 64),
        file(sm3="c" * 64), file(signed=Authenticity(Standing.BROKEN)), replace(SOUND, contents=()),
        replace(SOUND, source=""),
    ],
    "1-2": [
        unit(title="长" * 501), unit(title="坏\x00字"), unit(year=2027), unit(month=13), unit(formed=date(2026, 12, 1)),
        unit(retention="很久"), unit(archive_no="随便"), unit(expires=date(2026, 1, 1)), replace(SOUND, same_number=2),
    ],
    "1-3": [file(size=99), file(opening=Opening("xml")), unit(metadata={"M56": "7"}), paper(size=1)],
    "1-4": [file(linked=False), file(problem="missing")],
    "1-5": [replace(SOUND, package=Carried("c", True, changed=("x",), registered_files=1))],
    "2-1": [file(size=1), file(problem="broken"), replace(SOUND, package=Carried("c", True, registered_files=2))],
    "2-2": [unit(retention=""), unit(title=" "), unit(archive_no=""), replace(SOUND, previous="…-0001")],
    "2-3": [file(size=0), file(problem="missing"), replace(SOUND, attachments=1), replace(SOUND, contents=())],
    "2-4": [replace(SOUND, package=Carried("c", True, missing=("x",)))],
    "3-1": [unit(metadata={"M22": "\ud800"})],
    "3-2": [file(opening=Opening("pdf", Text("坏", "bad"))), file(opening=Opening("zip")), file(problem="missing")],
    "3-3": [file(opening=Opening("mail"))],
    "3-4": [replace(SOUND, package=Carried("c", True, unpacks=False))],
    "4-1": [file(scan=Scan("ClamAV 1.4", "Eicar-Test-Signature"))],
    "4-2": [replace(SOUND, carrier=Carrier("光盘", ("会计档案/1",)))],
    "4-3": [
        replace(SOUND, process=Process(5, (3,), True)), replace(SOUND, process=Process(5, agrees=False)),
        replace(SOUND, process=Process(0)), replace(SOUND, process=Process(5, agrees=True, sealed=False)),
    ],
}  # fmt: skip
NOT_RUN = {
    "1-3": file(problem="missing"),
    "1-4": file(linked=None),
    "3-2": file(opening=None),
    "3-3": file(opening=None),
    "4-1": file(scan=None),
    "4-3": replace(SOUND, process=None),
}
NOT_APPLICABLE = {code: replace(SOUND, package=None) for code in ("1-5", "2-4", "3-4")} | {
    "4-2": replace(SOUND, carrier=None)
}


@pytest.mark.parametrize("code", RULES)
def test_each_item(code: str) -> None:
    check, p = RULES[code].check, Parameters()
    good = check(SOUND, p)
    assert good.outcome is Outcome.PASS, good.why.zh
    for bad in FAILS[code]:
        said = check(bad, p)
        assert said.outcome is Outcome.FAIL, (code, said.why.zh)
        assert said.why.zh
        assert said.why.en
        assert said.why.zh != said.why.en
    if code in NOT_RUN:
        assert check(NOT_RUN[code], p).outcome is Outcome.NOT_RUN
    if code in NOT_APPLICABLE:
        assert check(NOT_APPLICABLE[code], p).outcome is Outcome.NOT_APPLICABLE
    assert RULES[code].property in Property


def test_a_scanner_that_gives_no_result_is_not_run() -> None:
    said = RULES["4-1"].check(file(scan=Scan("ClamAV 1.4", problem="timeout")), Parameters())
    assert said.outcome is Outcome.NOT_RUN
    assert "timeout" in said.why.zh


def test_the_schemes_say_what_is_required_and_an_own_one_needs_a_version() -> None:
    table = usual_schemes()
    assert set(table) == set(Stage)
    for scheme in table.values():
        assert set(scheme.codes) == set(RULES), "nothing is left out unsaid"
    result = judge(table[Stage.TRANSFER], file(sha256="c" * 64, scan=None), "JC1", AT, "chen")
    assert result.failed == ("1-1",)
    assert not result.passed
    assert result.not_run == ("4-1",)
    assert judge(table[Stage.KEEPING], SOUND, "JC1", AT, "chen").passed
    mistakes: list[str] = []
    own = {"version": "ours.1", "required": ["1-1"], "parameters": {"formats": ["ofd"]}}
    settings = read({}, {"inspection": {"schemes": {"归档": own}}}, mistakes)
    assert not mistakes
    assert settings.schemes[Stage.FILING].codes == ("1-1",)
    assert settings.schemes[Stage.FILING].parameters.formats == ("ofd",)
    for wrong in (
        {"inspection": {"schemes": {"归档": {**own, "version": "2026.1"}}}},
        {"inspection": {"schemes": {"归档": {**own, "required": ["9-9"]}}}},
        {"inspection": {"schemes": {"归档": {**own, "advisory": ["1-1"]}}}},
        {"inspection": {"yearly": "13-01"}},
        {"virus": {"clamd": "nowhere"}},
        {"virus": {"timeout": 0}},
        {"handover": {"deputies": ["zhao"]}},
    ):
        mistakes.clear()
        read({}, wrong, mistakes)
        assert mistakes, wrong
    with pytest.raises(ValueError, match="no scheme"):
        schemes({})


def test_words_of_a_run() -> None:
    assert sample_of("抽样 5% 2025") == (Decimal("0.05"), "2025")
    assert sample_of("2025 抽检") == (Decimal("0.1"), "2025")
    assert sample_of("sample 2.5% 2025") == (Decimal("0.025"), "2025")
    assert sample_of("2025 凭证") == (Decimal(1), "2025 凭证")
    assert stage_of("移交接收 2025", Stage.KEEPING) == (Stage.TRANSFER, "2025")
    assert stage_of("2025", Stage.KEEPING) == (Stage.KEEPING, "2025")
    failed = Entry("chen", "inspection_failed", "G1", AT, facts={"checks": "1-1"})
    assert events_of(failed) == (Event.CHECK_FAILED,)


@given(st.integers(1, 400), st.integers(1, 99), st.text(max_size=5))
def test_a_sample_has_its_share_and_is_the_same_again(total: int, percent: int, seed: str) -> None:
    share = Decimal(percent) / 100
    first = [n for n in range(total) if chosen(n, total, share, seed)]
    assert first == [n for n in range(total) if chosen(n, total, share, seed)]
    assert abs(len(first) - total * percent / 100) <= 1
    assert first
