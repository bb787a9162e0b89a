"""Finding texts: each is produced by some log or history, worked out again in English, and said in French."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from acme import NEW, NOW, days, process, sitting
from salesflow import Finding, HistoryError, Lead, Opportunity, audit, audit_log, present
from salesflow._finding_texts import FINDINGS, NOTES
from salesflow.findings import fault, noted, placed, unknown
from salesflow.history import Change, TemplateRef
from salesflow.languages import ENGLISH, FRENCH, say
from salesflow.migration import drafted
from salesflow.values import FrozenMap
from test_languages import ENGLISH_WORDS, in_french

TEMPLATE = process({"offer": {"rules": (present("amount"),)}}, skip="with_ground", reopen_to=("talk",))


def log(*rows: dict[str, Any], **how: Any) -> list[Finding]:
    """Judge rows, of which each is filled up."""
    plain = {"deal": "D-1", "at": "2026-01-05T09:00Z", "ground": ""}
    columns = {"deal": "deal", "stage": "stage", "at": "at"}
    return list(audit_log(TEMPLATE, [{**plain, **row} for row in rows], **{**columns, **how}))


def at(day: int, stage: str, **more: Any) -> dict[str, Any]:
    return {"stage": stage, "at": f"2026-01-{day:02}T09:00Z", **more}


def moved(*stages: str) -> Opportunity:
    deal: Opportunity = TEMPLATE.start(NEW, at=NOW)
    for number, stage in enumerate(stages, 1):
        deal = TEMPLATE.move(deal, to=stage, at=days(number))
    return deal


def history(change: Callable[[Change], Change], *stages: str, **record: Any) -> list[Finding]:
    """Judge a deal whose last change was changed behind its back."""
    deal = moved(*stages)
    last = change(deal.history[-1])
    edited = deal.model_copy(update={"history": (*deal.history[:-1], last), "stage": last.target, **record})
    return list(audit(TEMPLATE, [edited], as_of=datetime(2027, 1, 1, tzinfo=UTC)))


def edited(**fields: Any) -> Callable[[Change], Change]:
    return lambda change: replace(change, **fields)


def replayed(record: Any, changes: Iterable[Any]) -> list[Finding]:
    with pytest.raises(HistoryError) as caught:
        TEMPLATE.replay(record, changes)
    return list(caught.value.findings)


def failing() -> Any:
    """Yield a row, and break."""
    yield at(5, "contact", deal="D-1")
    raise OSError("gone")


def locked() -> list[Finding]:
    template = process(lock_closed=True)
    won = sitting(template, "won")
    change = replace(won.history[0], number=2, kind="updated", source="won", target="won")
    return list(audit(template, [won.model_copy(update={"history": (*won.history, change)})]))


def made(says: str, **params: Any) -> list[Finding]:
    """Return a finding as `bulk.audit_snapshot` tells it in columns; tests/test_bulk_snapshots.py has it tell each."""
    code, _, which = says.partition(".")
    return [placed(fault(code, which, **params), "D-1", 1, None, "a", None)]  # type: ignore[arg-type]


def with_note(note: str, found: Finding) -> Finding:
    return found.model_copy(update=noted(found.detail, found.params, note))


NEWER = process({"offer": {"rules": (present("amount"),)}}, more={"version": "2"})


def migrated(**forged: Any) -> list[Finding]:
    """Judge a deal that was migrated, of which the migration was changed behind its back."""
    deal = drafted(TEMPLATE, NEWER).apply(moved("talk"), at=days(9))
    last = replace(deal.history[-1], **forged)
    edited = deal.model_copy(update={"history": (*deal.history[:-1], last), "stage": last.target})
    return list(audit([TEMPLATE, NEWER], [edited]))


ELSEWHERE = TemplateRef("other", "1", "0" * 64)
PRODUCED: dict[str, Callable[[], list[Finding]]] = {
    "unknown_stage": lambda: log(at(5, "zebra")),
    "unknown_stage.near": lambda: log(at(5, "contcat")),
    "gap.log": lambda: log(at(5, "contact", was=""), at(6, "talk", was="offer"), source="was"),
    "gap.record": lambda: history(edited(source="offer"), "talk"),
    "gap.replay": lambda: replayed(moved(), [replace(moved("talk").history[1], source="offer")]),
    "incomplete": lambda: log(at(6, "talk", was="contact"), source="was"),
    "incomplete.older": lambda: log(at(6, "talk", made="2026-01-01"), created="made"),
    "repeated_stage": lambda: log(at(5, "contact"), at(6, "contact")),
    "reused_id": lambda: log(at(5, "contact", was=""), at(8, "contact", was=""), source="was"),
    "duplicate": lambda: log(at(5, "contact"), at(5, "contact")),
    "wrong_end.stage": lambda: list(audit(TEMPLATE, [moved("talk").model_copy(update={"stage": "offer"})])),
    "wrong_end.left": lambda: list(audit(TEMPLATE, [moved("talk").model_copy(update={"left": "offer"})])),
    "time_back.log": lambda: log(
        at(5, "contact", was=""), at(6, "talk", was="offer"), at(7, "offer", was="talk"), source="was"
    ),
    "time_back.dates": lambda: made("time_back.dates", stage="a", at="2026-01-05", earlier="b", last="2026-01-04"),
    "wrong_end.open": lambda: made("wrong_end.open", stage="a", day="2026-01-05"),
    "wrong_end.undated": lambda: made("wrong_end.undated", stage="a"),
    "reused_id.row": lambda: made("reused_id.row", row=5),
    "duplicate.row": lambda: made("duplicate.row", row=5),
    "time_back.record": lambda: history(edited(at=days(-1)), "talk"),
    "future_time": lambda: log(at(5, "contact"), as_of=datetime(2026, 1, 1, tzinfo=UTC)),
    "closing_date_passed": lambda: history(edited(), "talk", expected_close=date(2026, 2, 1)),
    "ambiguous_order": lambda: log(at(5, "contact"), at(6, "talk"), at(6, "offer"), ground="ground"),
    "ambiguous_order.many": lambda: log(at(5, "contact"), *(at(6, f"s{n}") for n in range(40))),
    "number_gap": lambda: history(edited(number=7), "talk"),
    "wrong_start.record": lambda: history(edited(kind="started"), "talk"),
    "wrong_start.replay": lambda: replayed(moved(), [moved().history[0]]),
    "wrong_kind": lambda: history(edited(kind="skipped"), "talk"),
    "wrong_kind.update": lambda: history(edited(kind="updated"), "talk"),
    "wrong_kind.migration": lambda: history(edited(kind="migrated"), "talk"),
    "wrong_end.template": lambda: list(
        audit([TEMPLATE, NEWER], [moved("talk").model_copy(update={"template": NEWER.ref})])
    ),
    "unmigrated": lambda: migrated(kind="advanced"),
    "outcome_changed": lambda: migrated(target="won"),
    "unreadable_field.left": lambda: migrated(set=FrozenMap({"left": "talk"})),
    "updated_while_closed": locked,
    "ground_missing": lambda: history(edited(overrode=("present.amount",)), "talk"),
    "unknown_template": lambda: history(edited(template=ELSEWHERE), "talk"),
    "changed_template": lambda: history(edited(template=replace(TEMPLATE.ref, digest="0" * 64)), "talk"),
    "unknown_field": lambda: history(edited(set=FrozenMap({"zebra": 1})), "talk"),
    "unknown_field.reserved": lambda: history(edited(set=FrozenMap({"stage": "talk"})), "talk"),
    "unreadable_field": lambda: history(edited(set=FrozenMap({"amount": 1})), "talk"),
    "bad_row.record": lambda: list(audit(TEMPLATE, [5])),  # type: ignore[list-item]
    "bad_row.change": lambda: replayed(NEW, [5]),
    "bad_row.replay": lambda: replayed(Lead(id="L-1"), [5]),
    "bad_row.failed": lambda: list(audit_log(TEMPLATE, failing(), deal="deal", stage="stage", at="at")),
    "bad_row.type": lambda: list(audit_log(TEMPLATE, [5], deal="deal", stage="stage", at="at")),  # type: ignore[list-item]
    "bad_row.long": lambda: log({"stage": "contact", None: ["x"]}),  # type: ignore[dict-item]
    "bad_row.no_deal": lambda: log(at(5, "contact", deal="")),
    "bad_row.no_stage": lambda: log(at(5, "")),
    "bad_row.name": lambda: log({"stage": 1.5}),
    "bad_row.large": lambda: log(at(5, "x" * 20_001)),
    "bad_row.character": lambda: log(at(5, "a\0b")),
    "bad_time": lambda: log({"stage": "contact", "at": "soon"}),
    "bad_time.calendar": lambda: log({"stage": "contact", "at": "0001-01-01T00:00:00+14:00"}),
    "naive_time": lambda: log({"stage": "contact", "at": "2026-01-05"}),
    "ambiguous_time": lambda: log({"stage": "contact", "at": "2026-10-25T02:30"}, zone="Europe/Paris"),
}
STEPS = ((5, "contact"), (6, "talk"), (7, "offer"))
NOTED: dict[str, Callable[[], list[Finding]]] = {
    "no_grounds": lambda: log(at(5, "contact"), at(6, "offer", amount="5")),
    "twice": lambda: [with_note("twice", *log(at(5, "talk")))],
    "elsewhere": lambda: [with_note("elsewhere", *log(at(5, "talk")))],
    "hole": lambda: log(at(5, "contact"), at(6, "deal"), at(7, ""), ground="ground"),
    "once": lambda: log(at(5, "contact"), at(6, "talk"), at(7, "offer")),
    "times": lambda: log(*(at(day, stage, deal=deal) for deal in "ab" for day, stage in STEPS)),
}


def test_every_text_is_produced_here() -> None:
    assert PRODUCED.keys() == FINDINGS.keys()
    assert NOTED.keys() == NOTES.keys()


@pytest.mark.parametrize("says", PRODUCED)
def test_a_finding_says_its_text_and_is_worked_out_again(says: str) -> None:
    found = PRODUCED[says]()
    assert says in {each.params.get("says") for each in found}
    check(found)


@pytest.mark.parametrize("note", NOTED)
def test_a_finding_with_a_note_is_worked_out_again(note: str) -> None:
    found = NOTED[note]()
    assert note in {each for finding in found for each in finding.params.get("notes", ())}
    check(found)


def check(found: list[Finding]) -> None:
    """Assert that findings say in English what they said, also once stored, and nothing English in French."""
    stored = [Finding.model_validate_json(each.model_dump_json()) for each in found]
    assert stored == found
    assert [say(each, ENGLISH) for each in stored] == [str(each) for each in found]
    for each in stored:
        assert ENGLISH_WORDS.findall(in_french(say(each, FRENCH), each.params).replace("contact", "")) == []


def test_a_stage_that_is_known_in_another_form_is_no_unknown_one_with_a_reason() -> None:
    table = process({"\u00e9": {}}, start_at=("\u00e9",))._judged_by().table
    assert unknown(table, "e\u0301").detail == ""
