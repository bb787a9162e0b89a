"""Opportunities of Salesforce: what they hold now, as opportunities that can be adopted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from salesflow.crm._deals import opportunity, price
from salesflow.crm._pages import last_missing, once, read_all
from salesflow.crm._payload import BadField, Node, refused
from salesflow.crm._reading import Note, Reading, gathered
from salesflow.crm._salesforce_pages import ALL, answers, more, named, rows_of
from salesflow.records import Opportunity

_NAMES = ("Id", "Name", "OwnerId", "StageName", "Amount", "CurrencyIsoCode", "CloseDate", "LeadSource", "IsDeleted")


def records(payload: Any) -> Reading[Opportunity]:
    """Read answers to a query of `Opportunity`, or rows of its export, as opportunities that can be adopted.

    The free fields `stage` and `pipeline` say where each lies, for `adopt(record, stage=…)`. Salesforce does not tell
    which stage a closed one left. Raises LoadError for a payload that is not what it claims to be.
    """
    try:
        pages = answers(payload)
        found = [*once([named(row, _NAMES) for page in pages for row in rows_of(page)], "Id")]
        notes = [*last_missing([page for page in pages if page.has("records")], more)]
        notes += [each for each in found if isinstance(each, Note)]
        deals = [each for each in found if isinstance(each, Node)]
        made = read_all(deals, _record)
    except BadField as bad:
        raise refused("Salesforce", bad) from None
    return gathered((*notes, *made), rows=len(deals))


def _record(deal: Node) -> Iterator[Opportunity | Note]:
    id, stage = deal.get("Id").name(), deal.need("StageName").name()
    if deal.get("IsDeleted").flag():
        yield Note(code="row.deleted", kind="dropped", place=deal.place, text=f"the deal {id!r} was deleted")
        return
    amount, notes = price(deal.get("Amount"), deal.get("CurrencyIsoCode"))
    yield from notes
    yield opportunity(
        deal,
        {
            "id": id,
            "name": deal.get("Name").optional(),
            "owner": deal.get("OwnerId").optional(),
            **amount,
            "source": deal.get("LeadSource").optional(),
            "expected_close": deal.get("CloseDate").value,
            "fields": {**amount.get("fields", {}), "stage": stage, "pipeline": ALL},
        },
    )
