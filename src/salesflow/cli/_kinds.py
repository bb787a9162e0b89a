"""Kinds: what an answer of a system is, told by the fields that it has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from salesflow.values import is_listing, is_mapping

EMPTY = "empty"
"""An answer that lists nothing, such as the page behind the last one."""

UNUSED = "unused"
"""An answer that is known, and tells nothing that an audit wants: deals without a history, users, reasons."""


class Marks(NamedTuple):
    """How the answers of a system are told apart."""

    rows: tuple[str, ...]
    """Under which fields an answer lists its rows."""
    kinds: tuple[tuple[str, str], ...]
    """Kinds with the fields that show them, all of those named; the first that fits counts."""
    text: str = ""
    """What a document in XML is."""


def kind_of(answer: Any, marks: Marks) -> str:
    """Return what an answer or a row is; empty where it is nothing that is known of this system."""
    if isinstance(answer, str | bytes):
        return marks.text
    shown = [{str(key).casefold() for key in each} for each in _looked_at(answer, marks.rows)]
    for kind, fields in marks.kinds:
        if any(known.issuperset(fields.split()) for known in shown):
            return kind
    return EMPTY if _lists_nothing(answer, marks.rows) else ""


def _looked_at(answer: Any, rows: tuple[str, ...]) -> Iterator[Mapping[Any, Any]]:
    """Yield what may show the kind: the answer, the first of its rows, and the first thing that it holds by name."""
    if not is_mapping(answer):
        return
    yield answer
    for key in rows:
        inside = answer.get(key)
        first = inside[0] if is_listing(inside) and inside else inside
        if is_mapping(first):
            yield first
    first = next(iter(answer.values()), None)
    if is_mapping(first):
        yield first


def _lists_nothing(answer: Any, rows: tuple[str, ...]) -> bool:
    return is_mapping(answer) and any(answer.get(key) in ([], None) for key in rows if key in answer)


def signed(answer: Any) -> frozenset[str]:
    """Return the systems whose answer this looks like, whatever it was said to be."""
    if isinstance(answer, str | bytes):
        return frozenset(system for system, root in _ROOTS.items() if root in str(answer)[:1000])
    shown = [{str(key).casefold() for key in each} for each in _within(answer, _DEEP)]
    return frozenset(
        system
        for system, signs in SIGNS.items()
        if any(known.issuperset(sign.split()) for known in shown for sign in signs)
    )


_DEEP = 5
_WIDE = 20


def _within(answer: Any, deep: int) -> Iterator[Mapping[Any, Any]]:
    """Yield what lies in an answer by name, of a list the first."""
    if is_mapping(answer):
        yield answer
    several = [*answer.values()][:_WIDE] if is_mapping(answer) else answer[:1] if is_listing(answer) else ()
    if deep:
        yield from (found for each in several for found in _within(each, deep - 1))


def by_deal(answer: Any) -> bool:
    """Tell whether answers stand under the ids of their deals."""
    return (
        is_mapping(answer)
        and bool(answer)
        and all(str(id).isdecimal() and (is_mapping(each) or is_listing(each)) for id, each in answer.items())
    )


MARKS: Mapping[str, Marks] = {
    "bitrix24": Marks(
        ("result",),
        (("history", "items"), ("categories", "categories"), ("stages", "status_id")),
    ),
    "close": Marks(("data",), (("stages", "statuses"), ("history", "_type"))),
    "copper": Marks(
        (),
        (
            ("history", "event"),
            ("history", "parent"),
            (UNUSED, "pipeline_stage_id"),
            ("stages", "stages"),
            ("stages", "pipeline_id"),
            ("stages", "is_default"),
            (UNUSED, "id name"),
        ),
    ),
    "dynamics365": Marks(
        ("value",),
        (
            ("stages", "processstageid"),
            ("stages", "opportunity_salesstage"),
            ("history", "businessprocessflowinstanceid"),
            ("deals", "opportunityid"),
        ),
    ),
    "espocrm": Marks(("fields",), (("stages", "stage"),)),
    "frappe": Marks(
        ("data", "message"),
        (
            ("history", "status_change_log"),
            ("stages", "deal_status"),
            ("lead stages", "lead_status"),
            ("stages", "type position"),
            (UNUSED, "deal_owner"),
        ),
    ),
    "hubspot": Marks(
        ("results",),
        (
            ("history", "propertieswithhistory"),
            ("rules", "governancevalidationrules"),
            ("permissions", "pipelineid stages"),
            ("stages", "stages"),
            ("table deal_pipeline_stage", "stage_id pipeline_id"),
            ("table merged_deal", "merged_deal_id"),
            ("table deal_stage", "deal_id value"),
            ("table deal_pipeline", "pipeline_id"),
            (UNUSED, "properties"),
        ),
    ),
    "odoo": Marks(
        ("result", "records"),
        (
            ("history", "mail_message_id"),
            ("messages", "res_id"),
            ("deals", "stage_id"),
            ("stages", "is_won"),
            ("stages", "sequence"),
            ("fields", "name model"),
            (UNUSED, "id name"),
        ),
        text="stages",
    ),
    "pipedrive": Marks(
        ("data",),
        (
            ("history", "object"),
            ("history", "changed_field_key"),
            ("changelog", "field_key time"),
            (UNUSED, "title"),
            (UNUSED, "field_key name"),
            (UNUSED, "field_type key"),
            ("stages", "stage_id stage_name"),
            ("stages", "field_code"),
            ("stages", "id name"),
        ),
    ),
    "salesforce": Marks(
        ("records",),
        (
            ("history", "opportunityid field"),
            ("history", "opportunityid stagename"),
            ("stages", "isclosed iswon masterlabel"),
            ("stages", "isclosed iswon apiname"),
            ("stages", "isconverted masterlabel"),
            (UNUSED, "stagename"),
        ),
        text="stages",
    ),
    "twenty": Marks(("options",), (("stages", "value label"),)),
    "zoho": Marks(
        ("data",),
        (
            ("stages", "pipeline"),
            ("blueprints", "blueprint"),
            ("history", "__timeline"),
            ("history", "stage modified_time"),
        ),
    ),
}
"""Every system that is read. The fields are written in small letters, since exports write them in any case."""

SIGNS: Mapping[str, tuple[str, ...]] = {
    "bitrix24": ("entity_id status_id", "status_id sort", "stage_semantic_id", "status_semantic_id", "entitytypeid"),
    "close": ("organization_id statuses", "old_status_id"),
    "copper": ("win_probability", "pipeline_stage_id", "is_default order", "activity_date", "updated_attributes"),
    "dynamics365": ("processstageid", "opportunity_salesstage", "businessprocessflowinstanceid"),
    "espocrm": ("probabilitymap",),
    "frappe": ("status_change_log", "deal_status", "lead_status", "type position color"),
    "hubspot": ("propertieswithhistory", "displayorder", "governancevalidationrules"),
    "odoo": ("mail_message_id", "is_won"),
    "pipedrive": ("order_nr", "field_key", "field_code", "changed_field_key", "is_deal_probability_enabled"),
    "salesforce": ("masterlabel", "stagename", "opportunityid field"),
    "twenty": ("value label position",),
    "zoho": ("__timeline", "blueprint", "actual_value"),
}
"""What no other system has, alone or together: it tells an answer that is given as another system's."""

_ROOTS = {"odoo": "<odoo", "salesforce": "soap.sforce.com"}
