"""Wide tables: a row for each deal, with a column for each stage that says when the deal entered it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import tzinfo

from salesflow._cells import zone_of
from salesflow.crm._pages import read_moves
from salesflow.crm._payload import BadField, Node, refused
from salesflow.crm._reading import Hole, Log, Note, Row, logged
from salesflow.logs._cells import cell, filled, listed, name
from salesflow.logs._dates import Order, orders
from salesflow.logs._rows import Dates, Table, timed


def wide(
    rows: Table,
    *,
    deal: str,
    stages: Mapping[str, str] | str,
    pipeline: str | None = None,
    dates: Dates | None = None,
    zone: str | tzinfo | None = None,
) -> Log:
    """Read a table of which columns say when a deal entered a stage, once: that it came again is lost.

    `stages` are the columns with their stages, or how the names of the columns begin: the rest of the name is the stage
    (`hs_v2_date_entered_`). The other arguments and the errors are those of `moves`.
    """
    local = zone_of(zone)
    try:
        nodes = listed(rows, [deal, *(stages if isinstance(stages, Mapping) else ())])
        columns = stages if isinstance(stages, Mapping) else _prefixed(nodes, stages)
        ways = orders(nodes, columns, dates or {})
        found = read_moves(
            nodes,
            lambda node: _entered(node, deal, columns, pipeline, (ways, local)),
            lambda node: [name(node.need(deal))],
        )
    except BadField as bad:
        raise refused("rows", bad) from None
    text = "a column holds one time a stage: that a deal came to it again is not told"
    partial = [Note(code="history.partial", kind="odd", text=text)] if nodes else []
    return logged([*partial, *found], rows=len(nodes), told=[])


def _prefixed(nodes: list[Node], prefix: str) -> dict[str, str]:
    names = dict.fromkeys(key for node in nodes for key in node.value if isinstance(key, str))
    columns = {key: key.removeprefix(prefix) for key in names if key.startswith(prefix) and key != prefix}
    if nodes and not columns:
        nodes[0].bad("payload.missing", f"no column begins with {prefix!r}; there are {', '.join(map(repr, names))}")
    return columns


def _entered(
    node: Node,
    deal: str,
    columns: Mapping[str, str],
    pipeline: str | None,
    how: tuple[Mapping[str, Order], tzinfo | None],
) -> Iterator[Row | Note | Hole]:
    own = {"deal": name(node.need(deal)), **({"pipeline": cell(node.get(pipeline))} if pipeline else {})}
    told = [column for column in columns if filled(node.get(column))]
    if not told:
        text = f"{own['deal']!r} has entered no stage"
        yield Note(code="history.empty", kind="odd", place=node.place, text=text)
    for column in told:
        try:
            found = [*timed(node.get(column), *how)]
        except BadField as bad:
            yield from (bad.note(), Hole(str(own["deal"])))
            continue
        yield from (each for each in found if isinstance(each, Note))
        yield {**own, "stage": columns[column], "at": found[-1]}
