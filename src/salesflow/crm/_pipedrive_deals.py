"""Deals of Pipedrive: what they hold now, as opportunities that can be adopted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from salesflow.crm._deals import free_fields, opportunity, price
from salesflow.crm._pages import last_missing, once, read_all
from salesflow.crm._payload import BadField, Node, refused
from salesflow.crm._pipedrive_pages import answers, items, more
from salesflow.crm._reading import Note, Reading, gathered
from salesflow.records import Opportunity


def records(payload: Any) -> Reading[Opportunity]:
    """Read `GET /deals` (v2), one answer or a list of them, as opportunities that can be adopted.

    The free fields `stage`, `left` and `pipeline` say where each deal lies, for `adopt(record, stage=…, left=…)`:
    a closed deal is in `won` or `lost`, and left the stage that it has in Pipedrive. Raises LoadError for a payload
    that is not what it claims to be.
    """
    try:
        pages = answers(payload)
        found = [*once([deal for page in pages for deal in items(page)])]
        notes = [*last_missing(pages, more), *(each for each in found if isinstance(each, Note))]
        deals = [each for each in found if isinstance(each, Node)]
        made = read_all(deals, _record)
    except BadField as bad:
        raise refused("Pipedrive", bad) from None
    return gathered((*notes, *made), rows=len(deals))


def _record(deal: Node) -> Iterator[Opportunity | Note]:
    id, status, stage = deal.get("id").name(), deal.need("status").name(), deal.need("stage_id").name()
    if status == "deleted" or deal.get("is_deleted").flag():
        yield Note(code="row.deleted", kind="dropped", place=deal.place, text=f"the deal {id!r} was deleted")
        return
    if status not in {"open", "won", "lost"}:
        deal.get("status").bad("payload.value", f"a status is one of open, won, lost, deleted, not {status!r:.60}")
    yield from _contradictions(deal, id, status)
    free = [] if deal.get("custom_fields").empty else [*free_fields(deal.get("custom_fields"))]
    yield from (each for each in free if isinstance(each, Note))
    amount, notes = price(deal.get("value"), deal.get("currency"))
    yield from notes
    yield opportunity(
        deal,
        {
            "id": id,
            "name": deal.get("title").optional(),
            "owner": deal.get("owner_id").optional(),
            **amount,
            "expected_close": deal.get("expected_close_date").value,
            "lead": deal.get("source_lead_id").optional(),
            "loss": {"reason": deal.get("lost_reason").optional()} if status == "lost" else None,
            "fields": {
                **amount.get("fields", {}),
                **dict(each for each in free if not isinstance(each, Note)),
                "stage": stage if status == "open" else status,
                "left": None if status == "open" else stage,
                "pipeline": deal.get("pipeline_id").optional(),
            },
        },
    )


_TOLD = {"won_time": "won", "lost_time": "lost", "lost_reason": "lost"}


def _contradictions(deal: Node, id: str, status: str) -> Iterator[Note]:
    for key, of in _TOLD.items():
        if status != of and not deal.get(key).empty:
            text = f"the deal {id!r} is {status}, and its {key!r} is filled in: the status counts"
            yield Note(code="record.contradiction", kind="odd", place=deal.place, text=text)
