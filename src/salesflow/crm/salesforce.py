"""Salesforce: stages and sales processes as metadata or records, opportunities, and their two kinds of history.

- Closed and won are flags of a stage. A stage that is not active is retired.
- A sales process lists its stages by the alphabet: their order is that of the list of all stages.
- No history tells the sales process of an opportunity: all rows lie in the pipeline of all stages.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from salesflow.crm._pages import last_missing
from salesflow.crm._payload import BadField, Node, refused
from salesflow.crm._pipeline import Pipeline, templates
from salesflow.crm._reading import Note, Reading, gathered
from salesflow.crm._salesforce_history import history
from salesflow.crm._salesforce_pages import ALL, answers, more, named, rows_of
from salesflow.crm._salesforce_records import records
from salesflow.crm._salesforce_stages import METADATA, RECORD, Listed, listed, process
from salesflow.crm._xml import read_xml
from salesflow.records import Lead, Opportunity
from salesflow.template import StageTemplate
from salesflow.values import is_listing

__all__ = ["history", "pipelines", "records"]


def pipelines(payload: Any, *, version: str = "1") -> Reading[StageTemplate[Any]]:
    """Read the list of all stages, and sales processes beside it, as a template for each.

    `payload` is one of these, or a list of them in any order: the text of `OpportunityStage.standardValueSet-meta.xml`,
    of `LeadStatus.standardValueSet-meta.xml` and of a `….businessProcess-meta.xml`, and answers to a query of
    `OpportunityStage` or `LeadStatus`, or their rows. The template of all stages has the id `OpportunityStage`, that of
    lead statuses `LeadStatus`, and that of a process its name. Raises LoadError for a payload that is not what it
    claims to be.
    """
    several = [*payload] if is_listing(payload) else [payload]
    try:
        documents = [read_xml(each, several=_LISTS) for each in several if isinstance(each, str | bytes)]
        pages = answers([each for each in several if not isinstance(each, str | bytes)] if documents else payload)
        notes = [*last_missing([page for page in pages if page.has("records")], more), *_sorted(documents)]
        found = [*_listed(documents, pages)]
        read = [*_pipelines(found, [each.need("BusinessProcess") for each in documents if not each.has(_SET)])]
    except BadField as bad:
        raise refused("Salesforce", bad) from None
    notes += [each for one in found for each in one.notes]
    notes += [each for each in read if isinstance(each, Note)]
    return gathered((*notes, *_made(read, version)), rows=len(found))


_SET = "StandardValueSet"
_LISTS = ("standardValue", "values")


def _listed(documents: list[Node], pages: list[Node]) -> list[Listed]:
    """Return the stages of all lists, in their order. Raises BadField."""
    sets = [each.get(_SET) for each in documents if each.has(_SET)]
    values = [(value, METADATA) for each in sets for value in each.get("standardValue").each()]
    values += [(named(row, RECORD), RECORD) for page in pages for row in rows_of(page)]
    return [listed(node, keys, place) for place, (node, keys) in enumerate(values)]


def _sorted(documents: list[Node]) -> Iterator[Note]:
    for document in documents:
        if document.has(_SET) and document.get(_SET).get("sorted").flag():
            text = "the values are sorted by the alphabet: that may not be the order of the process"
            yield Note(code="stage.sorted", kind="odd", place=document.get(_SET).place, text=text)


def _pipelines(found: list[Listed], processes: list[Node]) -> Iterator[Pipeline | Note]:
    stages, statuses = ([each.row for each in found if each.lead is lead] for lead in (False, True))
    if stages:
        yield Pipeline(ALL, "Opportunity stages", tuple(stages))
    if statuses:
        text = "which statuses lose a lead is told nowhere: all that do not convert it are in play"
        yield Note(code="outcome.untold", kind="assumed", text=text)
        yield Pipeline(_LEADS, "Lead statuses", tuple(statuses))
    for each in processes:
        yield from process(each, stages)


_LEADS = "LeadStatus"


def _made(read: list[Pipeline | Note], version: str) -> Iterator[StageTemplate[Any] | Note]:
    for record, leads in ((Opportunity, False), (Lead, True)):
        mine = [each for each in read if isinstance(each, Pipeline) and (each.id == _LEADS) is leads]
        yield from templates(mine, version=version, record=record)
