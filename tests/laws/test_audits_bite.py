"""The laws of audits bite: each fails on an audit that is broken in one place."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from hypothesis import Phase, settings

import test_eventlog
import test_recall
from laws import test_audits
from salesflow import _acquit, _apply, _hindsight, _orders, _recall, audits
from salesflow.findings import Fault


def corrupted(corruption: test_audits.Corruption) -> partial[None]:
    return partial(test_audits.test_every_corruption_is_found_under_its_code, corruption=corruption)


legal = test_audits.test_a_legal_walk_has_no_findings_and_no_tail_of_it_convicts_anybody
at_once = test_audits.test_what_is_acquitted_at_once_is_what_a_close_look_acquits
read = test_recall.test_what_is_read_by_hand_is_what_pydantic_reads
tied = test_eventlog.test_tied_events_convict_exactly_when_no_order_of_them_clears_the_deal
shuffled = test_eventlog.test_the_order_of_the_rows_changes_no_verdict


HUNTING = settings(
    max_examples=2000, derandomize=True, database=None, phases=[Phase.generate], report_multiple_bugs=False
)


def harshest(paths: Any) -> Any:
    return max(paths.values(), key=lambda path: path.weight)


BROKEN: dict[str, tuple[Callable[[], None], Any, str, Any]] = {
    "acquits everybody": (corrupted(test_audits.end), audits, "_acquitted", lambda *_: True),
    "acquits whoever broke a rule": (at_once, _acquit.Past, "_passes", lambda *_: True),
    "acquits at once what cannot be read": (at_once, _acquit.Past, "read", lambda *_: None),
    "acquits whoever states no ground": (at_once, _acquit, "stated", lambda _: True),
    "acquits updates of what is locked": (
        at_once,
        _acquit,
        "_MAKERS",
        {**_acquit._MAKERS, "updated": lambda _, here, *__: _acquit.Step("updated", here)},
    ),
    "forgets what was not set yet": (
        at_once,
        _acquit.Past,
        "_beginning",
        lambda self: _apply.with_values(self._record, _acquit._UNSTARTED),
    ),
    "takes what is longer for what it knows": (
        read,
        _recall,
        "_in_common",
        lambda now, before: min(len(now), len(before)),
    ),
    "forgets numbers, times and sources": (corrupted(test_audits.time), audits, "_breaks", lambda *_: iter(())),
    "forgets where a history ends": (corrupted(test_audits.end), audits, "_ending", lambda *_: iter(())),
    "forgets kinds": (corrupted(test_audits.kind), _hindsight, "_kind_faults", lambda *_: iter(())),
    "convicts whoever met a rule": (legal, _hindsight, "_rule_faults", lambda *_: [Fault("rule_not_met", "")]),
    "takes a tail for a whole": (legal, _hindsight, "_left_known", lambda *_: True),
    "judges ties by the harshest order": (tied, _orders, "kindest", harshest),
    "judges ties in the order of the rows": (
        shuffled,
        _orders,
        "through",
        lambda paths, events, step: [
            paths := _orders._onward(paths, event, step) for event in sorted(events, key=lambda event: event.row)
        ][-1],
    ),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_law_of_audits_bites(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    law, place, name, instead = BROKEN[broken]
    monkeypatch.setattr(place, name, instead)
    # a law keeps the settings it was declared with; a hunt must find the same fault in every run
    monkeypatch.setattr(getattr(law, "func", law), "_hypothesis_internal_use_settings", HUNTING)
    with pytest.raises((AssertionError, ExceptionGroup)):
        law()
