"""The laws of migrations bite: each fails where migrations or their audits are broken in one place."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from laws import test_migrations
from laws.test_audits_bite import HUNTING
from salesflow import _passage, _retelling, audits

predicts = test_migrations.test_a_dry_run_is_true_exactly_where_the_plan_applies
once = test_migrations.test_a_migration_adds_one_change_and_touches_nothing_else
closed = test_migrations.test_a_closed_record_stays_closed_since_when_it_was_unless_the_plan_says_otherwise
left = test_migrations.test_what_a_record_left_goes_by_the_plan_too
own = test_migrations.test_a_template_would_refuse_none_of_its_own_moves_and_none_under_other_names


def forged(forgery: test_migrations.Forgery) -> partial[None]:
    return partial(test_migrations.test_a_forged_migration_is_found_under_its_code, forgery=forgery)


BROKEN: dict[str, tuple[Callable[[], None], Any, str, Any]] = {
    "opens what is closed without a word": (closed, _passage, "_turn", lambda *_: None),
    "forgets what a held record left": (left, _passage, "_left", lambda *_: {}),
    "resumes by the old name": (left, _passage, "_left", lambda _, record, *__: {"left": record.left}),
    "migrates twice": (once, _passage, "done", lambda *_: False),
    "promises what it then refuses": (predicts, _passage, "_code", lambda _: "fine"),
    "acquits whoever changed the outcome": (
        forged(test_migrations.silent), audits, "_carried", lambda *_: iter(())
    ),
    "acquits whoever changed the template": (
        forged(test_migrations.unsaid), audits, "_switched", lambda *_: iter(())
    ),
    "calls every past move an advance": (own, _retelling, "_kind", lambda *_: "advanced"),
}  # fmt: skip


@pytest.mark.parametrize("broken", BROKEN)
def test_a_law_of_migrations_bites(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    law, place, name, instead = BROKEN[broken]
    monkeypatch.setattr(place, name, instead)
    # a law keeps the settings it was declared with; a hunt must find the same fault in every run
    monkeypatch.setattr(getattr(law, "func", law), "_hypothesis_internal_use_settings", HUNTING)
    with pytest.raises((AssertionError, ExceptionGroup)):
        law()
