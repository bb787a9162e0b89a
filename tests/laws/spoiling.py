"""Spoiling: stored values with something odd in them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from salesflow.values import FrozenMap

odd: st.SearchStrategy[Any] = st.sampled_from(
    [
        *(
            None,
            "",
            " ",
            "x",
            "D\u0308x",
            "Äx",
            "a\u200bb",
            "a\nb",
            "a\x00",
            "\ud800",
            "x" * 129,
            "x" * 501,
            "x" * 20_001,
        ),
        *(True, False, 0, 1, 1.0, 5, 5.0, -0.0, (), ("x",), [], {}, FrozenMap({}), FrozenMap({"x": 1})),
        *("2026-01-05", "20260105", "2026-W01-1", "2026-13-05", "2026-01-05T09:00:00Z", "2026-01-05T09:00:00.5Z"),
        *("2026-01-05T24:00:00Z", "2026-01-05T23:59:60Z", "0000-01-05T09:00:00Z", "2026-W01-1T09:00:00Z"),
        *("2026-01-05T09:00:00+02:00", "2026-01-05 09:00:00Z", "2026-01-05T09:00:00", "٢026-01-05T09:00:00Z"),
        *("1200.00", "1200", "1200.000", "1E+3", "-5.00", "-0.00", "01.00", "NaN", "1" * 16 + ".00", " 1.00", "+1.00"),
        *("EUR", "eur", "JPY", "KWD", "EURO", "claimed", "verified", "Claimed", "P1D"),
    ]
)


def spoilt(raw: Any, data: st.DataObject) -> Any:
    """Return a stored value with one thing in it that is another, gone, new, or in another place."""
    if data.draw(st.integers(0, 5)) == 0 or not isinstance(raw, FrozenMap | tuple) or not raw:
        return data.draw(odd)
    if isinstance(raw, tuple):
        place = data.draw(st.integers(0, len(raw) - 1))
        return (*raw[:place], spoilt(raw[place], data), *raw[place + 1 :])
    name, how = data.draw(
        st.tuples(st.sampled_from(sorted(raw)), st.sampled_from(["spoil"] * 4 + ["drop", "add", "turn"]))
    )
    items = dict(raw)
    if how == "spoil":
        return FrozenMap({**items, name: spoilt(raw[name], data)})
    if how == "turn":
        return FrozenMap(dict(reversed(items.items())))
    return FrozenMap({**items, "more": None} if how == "add" else {key: items[key] for key in items if key != name})
