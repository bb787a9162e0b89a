"""Systems: what a request says of itself."""

from __future__ import annotations

from datetime import UTC, datetime

from salesflow.testing import Ask

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def test_a_request_shows_only_what_it_says() -> None:
    ask = Ask(deal="D-1", to="offer", at=NOON, by="u-1", ground="so be it")
    assert repr(ask) == "Ask(deal='D-1', to='offer', at='2026-01-05T12:00:00+00:00', by='u-1', ground='so be it')"
