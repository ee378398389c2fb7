"""Which HTTP status fits which problem: for everything that answers over HTTP."""

from __future__ import annotations

from archive.errors import (
    AccountDisabled,
    AskProblem,
    BadKey,
    BadRows,
    FileTooBig,
    KeepProblem,
    KeyReused,
    LinkExpired,
    NoSpace,
    NotFound,
    Problem,
    ReadProblem,
    RefuseProblem,
    RightProblem,
    SignedOut,
    SignInBusy,
    SignInFailed,
    StateProblem,
    TooFast,
    TooManyTries,
)

#: The first class that fits decides.
_STATUS: tuple[tuple[type[Problem], int], ...] = (
    (SignedOut, 401),
    (SignInFailed, 401),
    (BadKey, 401),
    (AccountDisabled, 403),
    (LinkExpired, 410),
    (TooManyTries, 429),
    (TooFast, 429),
    (SignInBusy, 503),
    (RightProblem, 403),
    (NotFound, 404),
    (StateProblem, 409),
    (RefuseProblem, 409),
    (FileTooBig, 413),
    (ReadProblem, 422),
    (KeyReused, 422),
    (BadRows, 422),
    (AskProblem, 400),
    (NoSpace, 507),
    (KeepProblem, 503),
)


def status_of(problem: Problem) -> int:
    """The HTTP status that fits a problem."""
    return next((status for kind, status in _STATUS if isinstance(problem, kind)), 500)
