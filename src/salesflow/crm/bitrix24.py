"""Bitrix24: statuses of deals and leads as pipelines, and the history of their stages.

- A pipeline is named as its statuses are: `DEAL_STAGE` for the first one of deals, `DEAL_STAGE_9` for category 9, and
  `STATUS` for leads. Beyond the first one, ids carry the category: `C9:NEW`.
- The outcome is kept on the stage: semantics S is won, F is lost; null and P both mean that it is in play.
- The history has neither the stage before nor who did it. A row of type 1 is a creation, one of type 5 a change of
  pipeline.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from salesflow._cells import BEFORE
from salesflow.crm._pages import once, pages, read_each, read_moves, unfinished
from salesflow.crm._payload import BadField, Node, refused
from salesflow.crm._pipeline import Pipeline, StageRow, templates
from salesflow.crm._reading import Hole, Log, Note, Reading, Row, earliest, gathered, logged, parted
from salesflow.records import Lead
from salesflow.stage import Outcome
from salesflow.template import StageTemplate

__all__ = ["history", "pipelines"]

LEADS = "STATUS"
DEALS = "DEAL_STAGE"


def pipelines(
    payload: Any, *, version: str = "1", categories: Any = None, entity: str = DEALS
) -> Reading[StageTemplate[Any]]:
    """Read `crm.status.list`, one page or a list of them, as a template for each pipeline of deals, and one of leads.

    `categories` is what `crm.category.list` gives for deals, which names the pipelines. `entity` is whose statuses they
    are where the answer does not say it, as that of `crm.status.entity.items`. Raises LoadError for a payload that is
    not what it claims to be.
    """
    try:
        names = _names(categories)
        statuses = [node for page in pages(payload) for node in page.need("result").each()]
        nodes, notes = parted([*_unfinished(payload), *_once(statuses)])
        rows = _by_entity(nodes, entity, names)
        notes += [*_dropped(rows), *_assumed(statuses, entity)]
        kept = {name: several for name, several in rows.items() if _wanted(name)}
        notes += [note for name, several in kept.items() for note in _odd(name, several)]
        read = [Pipeline(name, names.get(name, name), tuple(map(_stage, several))) for name, several in kept.items()]
    except BadField as bad:
        raise refused("Bitrix24", bad) from None
    deals = templates((each for each in read if each.id != LEADS), version=version)
    leads = templates((each for each in read if each.id == LEADS), version=version, record=Lead)
    return gathered((*notes, *deals, *leads), rows=sum(map(len, rows.values())))


def _unfinished(payload: Any) -> Iterator[Note]:
    return (unfinished(page) for page in pages(payload)[-1:] if page.has("next") and not page.get("next").empty)


def _once(nodes: list[Node]) -> Iterator[Node | Note]:
    yield from once([node for node in nodes if node.has("ID")], "ID")
    yield from (node for node in nodes if not node.has("ID"))


def _names(categories: Any) -> dict[str, str]:
    """Return the name of every pipeline of deals that is listed."""
    listed = pages([] if categories is None else categories)
    nodes = [node for page in listed for node in page.need("result").need("categories").each()]
    of_deals = [node for node in nodes if node.get("entityTypeId").optional() in {"", "2"}]
    return {
        _pipeline_of(node.need("id").name()): node.get("name").optional() or node.get("id").name() for node in of_deals
    }


def _pipeline_of(category: str) -> str:
    return DEALS if category in {"", "0"} else f"{DEALS}_{category}"


def _by_entity(nodes: list[Node], entity: str, names: Mapping[str, str]) -> dict[str, list[Node]]:
    found: dict[str, list[Node]] = {name: [] for name in names}
    for node in nodes:
        found.setdefault(node.get("ENTITY_ID").optional() or entity, []).append(node)
    return found


def _wanted(entity: str) -> bool:
    return entity == LEADS or re.fullmatch(rf"{DEALS}(_\d+)?", entity) is not None


def _dropped(rows: Mapping[str, list[Node]]) -> Iterator[Note]:
    for name, several in rows.items():
        for node in several if not _wanted(name) else ():
            text = f"{name!r} is a list of neither deals nor leads"
            yield Note(code="stage.other", kind="dropped", place=node.place, text=text)


def _assumed(statuses: list[Node], entity: str) -> Iterator[Note]:
    if any(node.get("ENTITY_ID").empty for node in statuses):
        text = f"statuses that do not say whose they are are taken for those of {entity!r}"
        yield Note(code="pipeline.assumed", kind="assumed", text=text)


# -- a status -----------------------------------------------------------------------------------------------

_SEMANTICS: dict[str, Outcome | None] = {"": None, "P": None, "S": "won", "F": "lost"}
_EXTRA: dict[str, Outcome | None] = {"process": None, "success": "won", "failure": "lost", "apology": "lost"}
_MADE: dict[str, Outcome] = {"WON": "won", "LOSE": "lost", "APOLOGY": "lost", "CONVERTED": "won", "JUNK": "lost"}
"""The closed statuses that Bitrix24 itself makes."""


def _stage(node: Node) -> StageRow:
    id = node.need("STATUS_ID").name()
    label, order = node.get("NAME").optional() or id, node.need("SORT").number()
    return StageRow(id, label, order, _outcome(node), place=node.place)


def _outcome(node: Node) -> Outcome | None:
    if not node.has("SEMANTICS") and not node.has("EXTRA"):
        return _MADE.get(_bare(node))
    return _plain(node) or _extra(node)


def _bare(node: Node) -> str:
    return node.need("STATUS_ID").name().rpartition(":")[2]


def _plain(node: Node) -> Outcome | None:
    word = node.get("SEMANTICS").optional().upper()
    if word not in _SEMANTICS:
        node.get("SEMANTICS").bad("payload.value", f"S, F, P or nothing is wanted here, not {word!r}")
    return _SEMANTICS[word]


def _kind(node: Node) -> str:
    extra = node.get("EXTRA")
    return "" if extra.empty or extra.value == [] else extra.get("SEMANTICS").optional()


def _extra(node: Node) -> Outcome | None:
    return _EXTRA.get(_kind(node))


def _odd(entity: str, nodes: list[Node]) -> Iterator[Note]:
    prefix = "C" + entity.removeprefix(f"{DEALS}_") + ":" if entity.startswith(f"{DEALS}_") else ""
    for node in nodes:
        id = node.need("STATUS_ID").name()
        if not id.startswith(prefix):
            text = f"{id!r} of {entity!r} does not begin with {prefix!r}, as the deals' stages do"
            yield Note(code="stage.prefix", kind="odd", place=node.place, text=text)
        if not node.has("SEMANTICS") and not node.has("EXTRA"):
            text = f"what {id!r} of {entity!r} means is not told: by its id it is {_outcome(node) or 'open'}"
            yield Note(code="stage.outcome", kind="assumed", place=node.place, text=text)
        elif _kind(node) in _EXTRA and _extra(node) != _plain(node):
            text = (
                f"{id!r} is said to be {_plain(node) or 'open'} and {_extra(node) or 'open'}: {_outcome(node)} counts"
            )
            yield Note(code="stage.outcome", kind="odd", place=node.place, text=text)
        if _kind(node) == "apology":
            text = f"{id!r} analyses a failure: lost here, and a deal that comes to it from lost is told"
            yield Note(code="stage.apology", kind="assumed", place=node.place, text=text)


# -- history ------------------------------------------------------------------------------------------------


def history(payload: Any) -> Log:
    """Read `crm.stagehistory.list` of deals or leads, one page or a list of them; both together take two lists' pages.

    Raises LoadError for a payload that is not what it claims to be.
    """
    try:
        items = [node for page in pages(payload) for node in page.need("result").need("items").each()]
        nodes, unnamed = parted(read_each(items, lambda node: (node.need("ID").name(), node)[1]))
        deals, leads = [node for node in nodes if not _of_lead(node)], [node for node in nodes if _of_lead(node)]
        kept, repeated = parted([*once(deals, "ID"), *once(leads, "ID")])
        found = read_moves(kept, lambda node: [_row(node)], _whose)
        unread = [each for each in found if isinstance(each, Note | Hole)]
        rows = [each for each in found if not isinstance(each, Note | Hole)]
    except BadField as bad:
        raise refused("Bitrix24", bad) from None
    notes = [*_unfinished(payload), *unnamed, *repeated, *unread]
    owned = _by_owner(rows)
    made = [{**row, "created": _created(several)} for several in owned.values() for _, row in several]
    return logged([*notes, *_oddities(rows, owned), *made], rows=len(items), told=["created"])


_Read = tuple[Node, Row]


def _of_lead(node: Node) -> bool:
    return node.has("STATUS_ID") and not node.has("STAGE_ID")


def _whose(node: Node) -> Iterator[Hole]:
    stage = node.get("STAGE_ID").optional()
    yield Hole(node.need("OWNER_ID").name(), LEADS if _of_lead(node) else _pipeline_of(_category(node, stage)))


def _row(node: Node) -> _Read:
    lead = _of_lead(node)
    stage = node.need("STATUS_ID" if lead else "STAGE_ID").name()
    deal, at = node.need("OWNER_ID").name(), node.need("CREATED_TIME").moment()
    pipeline = LEADS if lead else _pipeline_of(_category(node, stage))
    return node, {"deal": deal, "stage": stage, "at": at, "pipeline": pipeline}


def _prefix(stage: str) -> str:
    """Return the category that a stage's id carries: 9 of `C9:NEW`."""
    found = re.match(r"C(\d+):", stage)
    return found[1] if found else ""


def _category(node: Node, stage: str) -> str:
    if re.match(r"DT\d+_\d+:", stage):
        node.bad("stage.other", f"{stage!r} is a stage of something else than a deal")
    told = node.get("CATEGORY_ID")
    return _prefix(stage) if told.empty else told.name()


def _by_owner(rows: list[_Read]) -> dict[tuple[bool, str], list[_Read]]:
    owned: dict[tuple[bool, str], list[_Read]] = {}
    for node, row in rows:
        owned.setdefault((row["pipeline"] == LEADS, str(row["deal"])), []).append((node, row))
    return owned


def _creates(node: Node) -> bool:
    return str(node.get("TYPE_ID").value).strip() == "1"


def _created(several: list[_Read]) -> str:
    """Return when a deal was created: without a row of that, by the time of its first one."""
    begins = earliest(row for node, row in several if _creates(node))
    return str(begins) if begins else f"{BEFORE}{earliest(row for _, row in several)}"


def _oddities(rows: list[_Read], owned: Mapping[tuple[bool, str], list[_Read]]) -> Iterator[Note]:
    for node, row in rows:
        stage, carried = str(row["stage"]), _prefix(str(row["stage"]))
        if row["pipeline"] not in {LEADS, _pipeline_of(carried)}:
            text = f"the stage {stage!r} is told to lie in {row['pipeline']!r}"
            yield Note(code="stage.prefix", kind="odd", place=node.place, text=text)
    for (lead, owner), several in owned.items():
        yield from _fate("lead" if lead else "deal", owner, several)


def _fate(what: str, owner: str, several: list[_Read]) -> Iterator[Note]:
    node = several[0][0]
    kinds = {str(each.get("TYPE_ID").value).strip() for each, _ in several}
    ways = dict.fromkeys(str(row["pipeline"]) for _, row in sorted(several, key=lambda each: str(each[1]["at"])))
    if not any(_creates(each) for each, _ in several):
        text = f"the {what} {owner!r} has no row of its creation"
        yield Note(code="history.late", kind="odd", place=node.place, text=text)
    if len(ways) > 1 or "5" in kinds:
        text = f"the {what} {owner!r} changed its pipeline: " + ", then ".join(ways)
        yield Note(code="pipeline.changed", kind="odd", place=node.place, text=text)
