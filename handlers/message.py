"""What is said, on any channel: messages in, replies out. Frozen values without a platform in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from archive.errors import Problem
from archive.item import FileRef
from archive.words import Text

#: Channels on which no person is spoken to: all of an answer goes there, and no greeting.
PROGRAMS = frozenset({"cli", "api"})


@dataclass(frozen=True, slots=True)
class Click:
    """A pressed button: what to do, to what, as the card stood. Values are what a form brought along."""

    action: str  # approve reject correct withdraw open page original …
    subject: str  # an item, case or query id
    version: int = 0
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file that still lies on its platform: written down first, fetched by the hand that works on the message."""

    name: str
    place: str  # where it lies, in the channel's own words
    size: int = 0  # bytes, where the platform tells


@dataclass(frozen=True, slots=True)
class Message:
    """One thing a person said, sent or pressed; or a tick of the clock, said by the person whose schedule it is."""

    id: str  # repeat key: the same id is the same message
    channel: str
    conversation: str  # where the answer goes, in the channel's terms
    person: str  # person id
    at: datetime  # UTC
    text: str = ""
    files: tuple[FileRef, ...] = ()  # already held in storage
    remote: tuple[RemoteFile, ...] = ()  # to be fetched before it is worked on
    click: Click | None = None


class Input(StrEnum):
    """How a form field is filled."""

    TEXT = "text"
    LINES = "lines"
    DATE = "date"
    MONEY = "money"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of a form. `doubtful` fields are marked for the eye."""

    name: str
    label: Text
    input: Input = Input.TEXT
    value: str = ""
    required: bool = False
    doubtful: bool = False
    hint: Text | None = None
    options: tuple[tuple[str, Text], ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """Opened by a choice; its values travel with the click."""

    title: Text
    fields: tuple[FormField, ...]
    submit: Text


Style = Literal["primary", "danger", "plain"]


@dataclass(frozen=True, slots=True)
class Choice:
    """A button. With `say`, pressing it is the same as typing those words."""

    label: Text
    action: str = ""
    subject: str = ""
    version: int = 0
    style: Style = "plain"
    form: Form | None = None
    say: Text | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a card. `flagged` draws the eye; what is `private` is masked where others could read along."""

    label: Text
    value: Text | str
    flagged: bool = False
    private: bool = False


Tone = Literal["plain", "good", "wait", "bad"]


@dataclass(frozen=True, slots=True)
class Card:
    """A matter with its facts, flags and buttons. `about` ties every copy to one item so that all can be renewed."""

    title: Text
    facts: tuple[Fact, ...] = ()
    flags: tuple[Text, ...] = ()
    choices: tuple[Choice, ...] = ()
    status: Text | None = None
    tone: Tone = "plain"
    about: str = ""  # item id
    picture: bool = False  # a picture of the item's page may be shown beside it


@dataclass(frozen=True, slots=True)
class OutFile:
    """A file handed out: bytes made just now, or a stored one by its id (fetched through the right's door)."""

    name: str
    media_type: str
    data: bytes = b""
    file: str = ""
    size: int = 0  # bytes, where `data` is empty
    preview: bool = False  # a picture to be shown in the conversation itself


@dataclass(frozen=True, slots=True)
class Reply:
    """What is said back."""

    text: Text | None = None
    cards: tuple[Card, ...] = ()
    files: tuple[OutFile, ...] = ()
    choices: tuple[Choice, ...] = ()  # next steps offered below the reply
    private: tuple[str, ...] = ()  # values in its words that are masked where others could read along
    codes: tuple[str, ...] = ()  # of the problems its words tell of, for programs


def told_of(*problems: Problem) -> tuple[str, ...]:
    """What the words of problems tell of documents: file names and numbers."""
    facts = (str(problem.facts[name]) for problem in problems for name in ("name", "number") if name in problem.facts)
    return tuple(fact for fact in facts if fact)
