"""The stand-in of Teams' servers, for the stories."""

from tests.teams.conftest import servers

__all__ = ["servers"]
