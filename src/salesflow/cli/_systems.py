"""Systems: what is read of each, from files that were told apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple

from salesflow._trees import path_of
from salesflow.cli._bad_use import BadUse
from salesflow.cli._payloads import Given, Page, Parts, deal_named, keyed, told
from salesflow.crm import (
    Log,
    Reading,
    bitrix24,
    close,
    copper,
    dynamics365,
    espocrm,
    frappe,
    hubspot,
    odoo,
    pipedrive,
    salesforce,
    twenty,
    zoho,
)
from salesflow.template import StageTemplate
from salesflow.values import is_listing

Stages = Reading[StageTemplate[Any]]


class Knows(NamedTuple):
    """What is known when a history is read."""

    templates: tuple[StageTemplate[Any], ...]
    zone: str | None


class System(NamedTuple):
    """A system: what it is called, and how its pipelines and histories are read, as far as they were given."""

    name: str
    pipelines: Callable[[Given], Iterator[Stages]]
    history: Callable[[Given, Knows], Iterator[Log]]


def _no_history(_given: Given, _knows: Knows) -> Iterator[Log]:
    return iter(())


def _read(given: Given, read: Callable[..., Any], kind: str = "stages", **beside: str) -> Iterator[Any]:
    """Yield what a reader makes of a kind, where it was given; `beside` names the kinds of further arguments."""
    if kind in given:
        more = {name: given[other] for name, other in beside.items() if other in given}
        arguments = {name: payload.value for name, payload in more.items()}
        main = given[kind]
        parts = (main.parts, *(payload.parts for payload in more.values()))
        yield told(partial(read, main.value, **arguments), *parts)


# -- one system each ----------------------------------------------------------------------------------------


def _bitrix24(given: Given) -> Iterator[Stages]:
    yield from _read(given, bitrix24.pipelines, categories="categories")


def _bitrix24_history(given: Given, _: Knows) -> Iterator[Log]:
    yield from _read(given, bitrix24.history, "history")


def _close(given: Given) -> Iterator[Stages]:
    yield from _read(given, close.pipelines)


def _close_history(given: Given, knows: Knows) -> Iterator[Log]:
    yield from _read(given, partial(close.history, templates=knows.templates, zone=knows.zone), "history")


def _copper(given: Given) -> Iterator[Stages]:
    yield from _read(given, copper.pipelines)


def _copper_history(given: Given, knows: Knows) -> Iterator[Log]:
    yield from _read(given, partial(copper.history, templates=knows.templates), "history")


def _dynamics365(given: Given) -> Iterator[Stages]:
    yield from _read(given, dynamics365.pipelines)


def _dynamics365_history(given: Given, _: Knows) -> Iterator[Log]:
    yield from _read(given, dynamics365.history, "history", opportunities="deals")


def _espocrm(given: Given) -> Iterator[Stages]:
    yield from _read(given, espocrm.pipelines)


def _frappe(given: Given) -> Iterator[Stages]:
    yield from _read(given, frappe.pipelines)
    yield from _read(given, frappe.lead_pipelines, "lead stages")


def _frappe_history(given: Given, knows: Knows) -> Iterator[Log]:
    yield from _read(given, partial(frappe.history, zone=knows.zone), "history")


def _odoo(given: Given) -> Iterator[Stages]:
    yield from _read(given, odoo.pipelines)


def _odoo_history(given: Given, _: Knows) -> Iterator[Log]:
    by_name = "stages" not in given or isinstance(given["stages"].value, str)
    beside = {"messages": "messages", "leads": "deals", "fields": "fields", "stages": "stages"}
    if by_name:
        del beside["stages"]
    yield from _read(
        given, partial(odoo.history, messages=(), ids="name" if by_name else "number"), "history", **beside
    )


def _salesforce(given: Given) -> Iterator[Stages]:
    yield from _read(given, salesforce.pipelines)


def _salesforce_history(given: Given, knows: Knows) -> Iterator[Log]:
    yield from _read(given, partial(salesforce.history, zone=knows.zone), "history")


def _twenty(given: Given) -> Iterator[Stages]:
    yield from _read(given, twenty.pipelines)


# -- HubSpot, whose tables in a warehouse are read as well --------------------------------------------------


def _hubspot(given: Given) -> Iterator[Stages]:
    yield from _read(given, hubspot.pipelines, rules="rules", permissions="permissions")
    tables = _tables(given)
    if "deal_pipeline_stage" in tables:
        rows, parts = tables["deal_pipeline_stage"], _table_parts(given)
        pipelines = tables.get("deal_pipeline", ())
        yield told(partial(hubspot.pipelines_from_warehouse, rows, pipelines), parts)


def _hubspot_history(given: Given, knows: Knows) -> Iterator[Log]:
    yield from _read(given, hubspot.history, "history")
    tables = _tables(given)
    if "deal_stage" in tables:
        read = partial(
            hubspot.history_from_warehouse,
            tables["deal_stage"],
            stages=tables.get("deal_pipeline_stage", ()),
            merged=tables.get("merged_deal", ()),
            zone=knows.zone or "UTC",
        )
        yield told(read, _table_parts(given))


_TABLE = "table "


def _tables(given: Given) -> dict[str, list[Any]]:
    return {
        kind.removeprefix(_TABLE): [page.value for page in payload.pages]
        for kind, payload in given.items()
        if kind.startswith(_TABLE)
    }


def _table_parts(given: Given) -> Parts:
    return {
        path_of((kind.removeprefix(_TABLE), place)): page
        for kind, payload in given.items()
        for place, page in enumerate(payload.pages)
    }


# -- systems whose answers do not say of which deal they are ------------------------------------------------


def _pipedrive(given: Given) -> Iterator[Stages]:
    # one answer alone is a list of one, so that stages, pipelines and fields from several files stand together
    yield from _read(given, pipedrive.pipelines)


def _pipedrive_history(given: Given, knows: Knows) -> Iterator[Log]:
    read = partial(pipedrive.history, templates=knows.templates, zone=knows.zone)
    yield from _read(given, read, "history")
    named = [(_deal(page, "Pipedrive"), page) for page in _pages(given, "changelog")]
    named += [each for page in _pages(given, "keyed") for each in _by_deal(page)]
    if named:
        answers, parts = keyed(named)
        yield told(partial(read, answers), parts)


def _pages(given: Given, kind: str) -> list[Page]:
    return given[kind].pages if kind in given else []


def _by_deal(page: Page) -> Iterator[tuple[str, Page]]:
    for deal, value in page.value.items():
        inside = f"{page.inside}{path_of((deal,))}"
        if is_listing(value):
            yield from ((deal, Page(each, page.file, f"{inside}[{place}]")) for place, each in enumerate(value))
        else:
            yield deal, Page(value, page.file, inside)


def _deal(page: Page, system: str) -> str:
    """Return the deal that the file of an answer is named after. Raises BadUse where it is named otherwise."""
    deal = deal_named(page)
    if not deal:
        raise BadUse("deal.unnamed", file=page.file, system=system)
    return deal


def _zoho(given: Given) -> Iterator[Stages]:
    yield from _read(given, zoho.pipelines, blueprints="blueprints")


def _zoho_history(given: Given, _: Knows) -> Iterator[Log]:
    several: dict[str, list[Page]] = {}
    for page in _pages(given, "history"):
        # a timeline names its deal in each entry, a stage history nowhere
        deal = deal_named(page) if "__timeline" in page.value else _deal(page, "Zoho CRM")
        several.setdefault(deal, []).append(page)
    for deal, pages in several.items():
        answers, parts = [page.value for page in pages], {f"[{place}]": page for place, page in enumerate(pages)}
        yield told(partial(zoho.history, answers, deal=deal), parts)


SYSTEMS: Mapping[str, System] = MappingProxyType(
    {
        "bitrix24": System("Bitrix24", _bitrix24, _bitrix24_history),
        "close": System("Close", _close, _close_history),
        "copper": System("Copper", _copper, _copper_history),
        "dynamics365": System("Dynamics 365", _dynamics365, _dynamics365_history),
        "espocrm": System("EspoCRM", _espocrm, _no_history),
        "frappe": System("Frappe CRM", _frappe, _frappe_history),
        "hubspot": System("HubSpot", _hubspot, _hubspot_history),
        "odoo": System("Odoo", _odoo, _odoo_history),
        "pipedrive": System("Pipedrive", _pipedrive, _pipedrive_history),
        "salesforce": System("Salesforce", _salesforce, _salesforce_history),
        "twenty": System("Twenty", _twenty, _no_history),
        "zoho": System("Zoho CRM", _zoho, _zoho_history),
    }
)
"""Every system that is read, by its name."""
