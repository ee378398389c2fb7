"""What Slack's directory says of a stranger: a name for the administrator, and the e-mail where that links people."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from archive.errors import Problem
from bot.channel import Sender
from bot.slack.api import Api

log = logging.getLogger("guidang.slack")

_FRESH = 3600.0
_AGAIN = 60.0  # after a failure
_MANY = 1000


class Directory:
    """Asked for people we don't know yet only, and before they are answered: so with a short limit."""

    def __init__(
        self, api: Api, *, by_email: bool, clock: Callable[[], float] = time.monotonic, patience: float = 1.5
    ) -> None:
        """`by_email`: the settings say that people are linked by their e-mail (scope users:read.email)."""
        self._api, self._by_email, self._clock, self._patience = api, by_email, clock, patience
        self._known: OrderedDict[str, tuple[float, str, str]] = OrderedDict()

    async def known(self, sender: Sender, team: str) -> Sender:
        """The sender with what the directory knows; as they came where it tells nothing in time."""
        until, name, email = self._known.get(sender.user, (0.0, "", ""))
        if until < self._clock():
            fresh = _FRESH
            try:
                async with asyncio.timeout(self._patience):
                    name, email = _read(await self._api.user(sender.user), team, self._by_email)
            except (Problem, TimeoutError, OSError) as error:
                log.warning("the directory did not tell who a sender is: %s", error)
                fresh = _AGAIN
            self._known[sender.user] = (self._clock() + fresh, name, email)
            while len(self._known) > _MANY:
                self._known.popitem(last=False)
        return replace(sender, name=name or sender.name, email=email if sender.tenant == team else "")


def _read(user: Mapping[str, Any], team: str, by_email: bool) -> tuple[str, str]:
    """(name, e-mail). No e-mail of a guest, a bot, someone of another workspace, or one that isn't confirmed."""
    profile = user.get("profile")
    told = profile if isinstance(profile, Mapping) else {}
    name = str(told.get("real_name") or user.get("real_name") or user.get("name") or "")
    odd = ("deleted", "is_bot", "is_restricted", "is_ultra_restricted", "is_stranger", "is_invited_user")
    sure = user.get("is_email_confirmed") is True and user.get("team_id") == team and not any(map(user.get, odd))
    return name, str(told.get("email") or "") if by_email and sure else ""
