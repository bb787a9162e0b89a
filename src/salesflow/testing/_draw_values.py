"""Names, texts, times and actors, drawn by construction: every value is a valid one."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from typing import TypeVar
from uuid import NAMESPACE_OID, uuid5

from hypothesis import strategies as st

from salesflow import Actor

T0 = datetime(2026, 1, 5, 9, tzinfo=UTC)
"""When the stories begin."""
KNOWN = T0 - timedelta(days=2)
"""When everything was learnt about a record of which all is known."""

ROLES = ("rep", "account_manager", "director", "Geschäftsführung")
LONG_ROLES = tuple(f"{n:03}" + "r" * 125 for n in range(5))
"""Names as long as names may be; nobody here has these roles."""
BOSS = Actor(id="u-boss", roles=ROLES, name="Ms Boss")
"""Somebody who has every role: drawn often, since rules ask for roles."""

T = TypeVar("T")


def mostly(usual: st.SearchStrategy[T], rare: st.SearchStrategy[T], *, one_in: int) -> st.SearchStrategy[T]:
    """The usual, and once in so many times something else: `one_of` flattens, and knows no weights."""
    # not at an end of the range, where Hypothesis looks more often
    return st.integers(0, one_in - 1).flatmap(lambda number: rare if number == one_in // 2 else usual)


# -- names --------------------------------------------------------------------------------------------------

SLOTS = 20
"""How many stages a template here may have. Names of different slots never look alike."""

_STYLES = (
    "contact qualification demo proposal negotiation contract signature onboarding parked waiting "
    "won renewed upsold lost abandoned churned x1 x2 x3 x4".split(),
    [f"C2:{word}" for word in "NEW PREPARATION EXECUTING FINAL_INVOICE".split()] + [f"C2:{n}" for n in range(16)],
    [str(uuid5(NAMESPACE_OID, str(n))) for n in range(SLOTS)],
    [str(1000 + n) for n in range(SLOTS)],
    [f"Proposal/Price Quote ({n}%)" for n in range(SLOTS)],
    [f"{word} {n}" for n, word in enumerate("Négociation 商談 Переговоры العرض ข้อเสนอ 🤝 Ünïque".split() * 3)],
    ["n" * 126 + f"{n:02}" for n in range(SLOTS)],
    [f"  .{{n}}%s[{n}]'\"\\ " for n in range(SLOTS)],
)

_clean = st.characters(exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp"))
texts = st.text(_clean, max_size=20).map(lambda text: unicodedata.normalize("NFC", text))
"""One line for people."""


@cache
def names(slot: int) -> st.SearchStrategy[str]:
    """Ids as hosts have them: words, numbers, GUIDs, any script; no two slots share or resemble one."""
    free = texts.map(lambda text: f"{text} ~{slot}")
    return st.one_of(st.sampled_from([style[slot] for style in _STYLES]), free)


@cache
def aliases(slot: int) -> st.SearchStrategy[tuple[str, ...]]:
    """Names that a stage had before: mostly none."""
    return st.sampled_from([(), (), (), (f"old {slot}",), (f"old {slot}", f"older·{slot}")])


# -- times --------------------------------------------------------------------------------------------------

_tie, _second, _day = timedelta(0), timedelta(seconds=1), timedelta(days=1)
_odd = st.timedeltas(min_value=_tie, max_value=60 * _day)
pauses = st.one_of(st.sampled_from([_tie, timedelta(microseconds=1), _second, _day, 40 * _day]), _odd)
"""How long after the last change something is asked: ties are common."""
backwards = st.sampled_from([timedelta(microseconds=-1), -_second, -_day])
moments = st.one_of(
    st.sampled_from([KNOWN, KNOWN - 30 * _day, T0 - _day, T0, T0 + timedelta(microseconds=123456)]),
    st.datetimes(datetime(2025, 12, 1), datetime(2026, 2, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
        lambda moment: moment.replace(fold=0)
    ),
)
"""When facts became known: around the start of the story, also later."""

ZONES: tuple[tzinfo, ...] = (UTC, timezone(timedelta(hours=5, minutes=30)), timezone(timedelta(hours=-8)))

# -- who and why --------------------------------------------------------------------------------------------

roles = st.lists(st.sampled_from(ROLES), max_size=2, unique=True).map(tuple)
actors: st.SearchStrategy[Actor | None] = st.one_of(
    st.just(BOSS),
    st.none(),
    st.builds(Actor, id=st.sampled_from(["u-1", "u-boss", "Ü 7"]), roles=roles, name=texts),
)
grounds: st.SearchStrategy[str | None] = st.sampled_from(
    [None, "they asked for it", "Übergabe\nan 🧑‍💼 ab Montag", "", "  \t", "any of it"]
)
"""Stated, not stated, and blank, which is not stated either."""
