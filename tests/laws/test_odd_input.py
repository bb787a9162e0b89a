"""Whatever is sent, `check` answers: it never raises, and `move` raises nothing but a refusal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from laws.story import STORY
from salesflow import Actor, Customer, Lead, Opportunity
from salesflow.testing._asking import Asked, Template
from salesflow.testing._draw_values import BOSS, T0
from salesflow.testing._laws_of_templates import law_check_never_raises
from salesflow.testing._strategies import standing, templates

_JUNK: tuple[Any, ...] = (None, 5, b"x", "", [], {}, object, float("nan"), Ellipsis, "\x00", "\ud800", "x" * 100_000)
junk = st.sampled_from(_JUNK)
"""What nobody should send anywhere."""


class _NoZone(tzinfo):
    """A zone that does not know its own offset."""

    def utcoffset(self, _: datetime | None, /) -> timedelta | None:
        return None

    dst = utcoffset

    def tzname(self, _: datetime | None, /) -> str | None:
        return None


_edge = timezone(timedelta(hours=14))
times = junk | st.sampled_from(
    [
        T0,
        T0.replace(tzinfo=None),
        T0.date(),
        date.max,
        datetime.min.replace(tzinfo=_edge),
        datetime.max.replace(tzinfo=timezone(timedelta(hours=-14))),
        T0.replace(tzinfo=_NoZone()),
        "2026-01-05T09:00:00Z",
        T0.timestamp(),
    ]
)
actors = junk | st.sampled_from([BOSS, "u-1", {"id": "u-1"}, Actor, {"id": "u-1", "roles": ("director",)}])
_DEEP: dict[str, Any] = {}
for _ in range(500):
    _DEEP = {"x": _DEEP}
updates = junk | st.dictionaries(
    st.sampled_from(["amount", "name", "fields", "stage", "history", "activities", "nam", "\ud800", 5, None, ("a",)]),
    junk | st.sampled_from([Decimal("1e999999999"), Decimal("NaN"), 10**400, _DEEP, [[]], MappingProxyType({})]),
    max_size=3,
)
updates |= st.sampled_from([MappingProxyType({"name": "x"}), [("name", "x")]])
overrides = junk | st.sampled_from([(5,), ["x"], {"x"}, ({},), (b"x",), {"x": 1}, ("\ud800",)])
records = junk | st.sampled_from(
    [{"id": "x"}, Opportunity, Lead(id="x"), Customer(id="x"), Opportunity(id="x"), T0.astimezone(UTC)]
)


@st.composite
def odd_requests(draw: Any, template: Template) -> Asked:
    """Requests of which every part may be anything."""
    names = st.sampled_from([stage.id for stage in template.stages])
    return Asked(
        verb="move",
        to=draw(names | junk),
        at=draw(st.just(T0 + timedelta(days=90)) | times),
        by=draw(actors),
        update=draw(st.none() | updates),
        ground=draw(st.none() | junk),
        override=draw(st.just(()) | overrides),
    )


@given(data=st.data(), template=templates() | st.just(STORY))
def test_check_never_raises(data: st.DataObject, template: Template) -> None:
    record = data.draw(records | standing(template) | standing(template))
    for _ in range(4):
        law_check_never_raises(template, record, data.draw(odd_requests(template)))


def test_keys_of_an_update_may_be_anything() -> None:
    update: Mapping[Any, Any] = {(): 1, frozenset(): 2, 1.5: 3}
    record = STORY.start(STORY.record(id="x"), at=T0, by=BOSS)
    law_check_never_raises(STORY, record, Asked("move", "lost", T0, update=update))
