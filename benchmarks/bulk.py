"""The bulk audit beside its peers: `python -m benchmarks.bulk [DEALS …]`, each contender in a process of its own.

A contender reads a Parquet file, and says which deals are bad; they must agree. Checking alone begins with the table in
memory, as its reader gives it; from end to end begins with the file. Memory is the most that the process ever held.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, NamedTuple
from uuid import UUID

import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.logs import STAGES, TEMPLATE, allowed, log

Bad = Iterable[str]
"""The deals that disobey."""


class Contender(NamedTuple):
    """How somebody reads a log, and finds the bad deals of it."""

    read: Callable[[str], Any]
    check: Callable[[Any], Bad]
    most: int = 10**9
    """Logs of more deals than this would take it too long."""


class Reading(NamedTuple):
    """What one contender took."""

    seconds: float
    megabytes: float
    bad: int
    digest: str


# -- the contenders -----------------------------------------------------------------------------------------


def ours(data: Any) -> Bad:
    from salesflow import bulk

    verdicts = bulk.audit(TEMPLATE, data, deal="deal", stage="stage", at="at").verdicts
    bad: list[str] = verdicts.filter(pc.field("violations") > 0)["deal"].to_pylist()
    return bad


def by_polars(frame: Any) -> Bad:
    """Ids compared as texts, codes and a sort only where they are needed, and shifts; no window functions."""
    frame = in_stages(frame)
    anew = frame["deal"] != frame["deal"].shift()
    if not orderly(frame, anew, frame["deal"].n_unique()):
        frame = in_codes(frame).sort("code", "at")
        anew = frame["code"] != frame["code"].shift()
    return disobeying(frame, anew)


def by_polars_codes(frame: Any) -> Bad:
    """Dictionary codes of ids and stages, a sort only where it is needed, and shifts; no window functions."""
    frame = in_codes(in_stages(frame))
    anew = frame["code"] != frame["code"].shift()
    if not orderly(frame, anew, frame["code"].n_unique()):
        frame = frame.sort("code", "at")
        anew = frame["code"] != frame["code"].shift()
    return disobeying(frame, anew)


def in_stages(frame: Any) -> Any:
    import polars as pl

    return frame.select("deal", "at", stage=pl.col("stage").cast(pl.Enum(STAGES)).to_physical().cast(pl.Int16))


def in_codes(frame: Any) -> Any:
    import polars as pl

    return frame.with_columns(code=pl.col("deal").cast(pl.Categorical).to_physical())


def orderly(frame: Any, anew: Any, deals: int) -> bool:
    """Tell whether the rows of each deal stand together, in the order of time."""
    return int(anew.sum()) + 1 == deals and not bool(((frame["at"] < frame["at"].shift()) & ~anew).any())


def disobeying(frame: Any, anew: Any) -> Bad:
    import polars as pl

    before = pl.select(
        pl.when(anew.fill_null(value=True)).then(len(STAGES)).otherwise(frame["stage"].shift())
    ).to_series()
    fine = pl.Series(allowed().ravel()).gather(before.cast(pl.Int32) * len(STAGES) + frame["stage"])
    bad: list[str] = frame["deal"].filter(~fine).unique().to_list()
    return bad


def by_duckdb(table: Any) -> Bad:
    import duckdb

    ways = allowed()
    names = [*STAGES, ""]
    pairs = [(names[one], names[other]) for one, other in zip(*ways.nonzero(), strict=True)]
    connection = duckdb.connect()
    connection.execute("create table way (source varchar, target varchar)")
    connection.executemany("insert into way values (?, ?)", pairs)
    source = f"read_parquet('{table}')" if isinstance(table, str) else "events"
    if not isinstance(table, str):
        connection.register("events", table)
    found = connection.execute(
        f"select distinct deal from (select deal, stage as target, coalesce(lag(stage) over "  # noqa: S608 - no input
        f"(partition by deal order by \"at\"), '') as source from {source}) anti join way using (source, target)"
    )
    return [deal for (deal,) in found.fetchall()]


def by_loop(columns: tuple[list[str], list[str], list[Any]]) -> Bad:
    """Lists, a dict of deals and a set of pairs."""
    names = [*STAGES, ""]
    ways = {(names[one], names[other]) for one, other in zip(*allowed().nonzero(), strict=True)}
    deals: dict[str, list[tuple[Any, str]]] = {}
    for deal, stage, at in zip(*columns, strict=True):
        deals.setdefault(deal, []).append((at, stage))
    bad: list[str] = []
    for deal, events in deals.items():
        events.sort()
        before = ""
        for _, stage in events:
            if (before, stage) not in ways:
                bad.append(deal)
                break
            before = stage
    return bad


def lists(path: str) -> tuple[list[str], list[str], list[Any]]:
    deal, stage, at = (column.to_pylist() for column in pq.read_table(path).columns)
    return deal, stage, at


def frame_of(path: str) -> Any:
    import polars as pl

    return pl.read_parquet(path)


def path_of(path: str) -> str:
    return path


def traces(path: str) -> Any:
    """Return the events as pm4py wants them, with a last event that ends each deal."""
    frame = pq.read_table(path).to_pandas()
    return frame.rename(columns={"deal": "case:concept:name", "stage": "concept:name", "at": "time:timestamp"})


def by_replay(frame: Any) -> Bad:
    """Token replay on a net of one place a stage and one transition an allowed pair."""
    from pm4py.algo.conformance.tokenreplay import algorithm
    from pm4py.objects.petri_net.obj import Marking, PetriNet
    from pm4py.objects.petri_net.utils.petri_utils import add_arc_from_to

    net, names = PetriNet("deals"), [*STAGES, ""]
    places = [PetriNet.Place(f"p{number}") for number in range(len(names))]
    end = PetriNet.Place("end")
    net.places.update([*places, end])
    for number, (one, other) in enumerate(zip(*allowed().nonzero(), strict=True)):
        way = PetriNet.Transition(f"t{number}", names[other])
        net.transitions.add(way)
        add_arc_from_to(places[one], way, net)
        add_arc_from_to(way, places[other], net)
    for number in range(len(STAGES)):
        last = PetriNet.Transition(f"end{number}", None)
        net.transitions.add(last)
        add_arc_from_to(places[number], last, net)
        add_arc_from_to(last, end, net)
    found = algorithm.apply(frame, net, Marking({places[-1]: 1}), Marking({end: 1}))
    deals = frame["case:concept:name"].drop_duplicates()
    return [deal for deal, each in zip(deals, found, strict=True) if not each["trace_is_fit"]]


def by_alignment(frame: Any) -> Bad:
    """r4pm's alignments of all variants; the deals of those that cost something are named by polars."""
    import polars as pl
    import r4pm
    from r4pm import bindings

    log = frame.sort("at").select(
        pl.col("deal").alias("case:concept:name"),
        pl.col("stage").alias("concept:name"),
        pl.col("at").alias("time:timestamp"),
    )
    item = r4pm.import_item_from_df("EventLog", log)
    variants = bindings.align_variants(net_of_stages(), bindings.log_to_activity_projection(item))
    bad = ["\0".join(each["activities"]) for each in variants if each["result"]["Ok"]["cost"]]
    traces = frame.sort("at").group_by("deal").agg(pl.col("stage")).with_columns(pl.col("stage").list.join("\0"))
    named: list[str] = traces.filter(pl.col("stage").is_in(bad))["deal"].to_list()
    return named


def net_of_stages() -> dict[str, Any]:
    """Return a net of one place a stage and one transition an allowed pair, as r4pm has it."""
    names = [*STAGES, ""]
    places = [str(UUID(int=number + 1)) for number in range(len(names) + 1)]
    begin, end = places[len(STAGES)], places[-1]
    ways = [(places[one], places[other], names[other]) for one, other in zip(*allowed().nonzero(), strict=True)]
    ways += [(place, end, None) for place in places[: len(STAGES)]]
    net: dict[str, Any] = {"places": {place: {"id": place} for place in places}, "transitions": {}, "arcs": []}
    for number, (source, target, label) in enumerate(ways):
        way = str(UUID(int=1000 + number))
        net["transitions"][way] = {"id": way, "label": label}
        for kind, nodes in (("PlaceTransition", [source, way]), ("TransitionPlace", [way, target])):
            net["arcs"].append({"from_to": {"type": kind, "nodes": nodes}, "weight": 1})
    return {**net, "initial_marking": {begin: 1}, "final_markings": [{end: 1}]}


CONTENDERS = {
    "ours": Contender(pq.read_table, ours),
    "polars": Contender(frame_of, by_polars),
    "polars codes": Contender(frame_of, by_polars_codes),
    "duckdb": Contender(pq.read_table, by_duckdb),
    "loop": Contender(lists, by_loop, 100_000),
    "r4pm": Contender(frame_of, by_alignment),
    "pm4py": Contender(traces, by_replay, 100_000),
}
FROM_FILE: dict[str, Contender] = {
    "ours": Contender(path_of, ours),
    "duckdb": Contender(path_of, by_duckdb),
}
"""Those that read a file themselves, in batches."""


# -- one contender, in a process of its own -----------------------------------------------------------------


def one(name: str, whole: str, path: str, turns: str) -> Reading:
    """Measure one contender in this very process."""
    end_to_end = whole == "file"
    who = (FROM_FILE if end_to_end else CONTENDERS).get(name, CONTENDERS[name])
    held = None if end_to_end else who.read(path)
    best = float("inf")
    bad: list[str] = []
    for _ in range(int(turns)):
        begun = perf_counter()
        bad = sorted(who.check(who.read(path) if end_to_end else held))
        best = min(best, perf_counter() - begun)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Reading(best, most, len(bad), sha256("\n".join(bad).encode()).hexdigest()[:12])


def measured(name: str, whole: str, path: Path, turns: int, python: str) -> Reading | None:
    """Measure a contender in a process of its own; None where it could not be."""
    command = [python, "-m", "benchmarks.bulk", "--one", name, whole, str(path), str(turns)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        print(f"{name} failed: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
        return None
    return Reading(*json.loads(done.stdout))


# -- all of them --------------------------------------------------------------------------------------------


def contenders(deals: int, replay: str) -> dict[str, str]:
    """Return who takes part with that many deals, and the interpreter of each."""
    there = {name: sys.executable for name, package in PACKAGES.items() if not package or find_spec(package)}
    if replay:
        there |= {"r4pm": replay, "pm4py": replay}
    return {name: python for name, python in there.items() if deals <= CONTENDERS[name].most}


PACKAGES = {"ours": "", "polars": "polars", "polars codes": "polars", "duckdb": "duckdb", "loop": ""}
"""What each needs that is measured by this interpreter."""


def run(deals: int, folder: Path, *, turns: int, replay: str) -> list[str]:
    """Measure everybody on logs of that many deals; return a line for each. Raises ValueError where two disagree."""
    lines: list[str] = []
    for order in ("grouped", "shuffled"):
        path = folder / f"{order}.parquet"
        # in a process of its own too: a child begins with the memory that its parent once had
        subprocess.run([sys.executable, "-m", "benchmarks.bulk", "--make", str(deals), order, str(path)], check=True)
        events = pq.read_metadata(path).num_rows
        for whole in ("check", "file"):
            took = {
                name: reading
                for name, python in contenders(deals, replay).items()
                if (reading := measured(name, whole, path, turns, python))
            }
            lines += [line(f"{events:,} events, {order}, {whole}", name, each, took) for name, each in took.items()]
            if len({(each.bad, each.digest) for name, each in took.items() if name != "pm4py"}) > 1:
                raise ValueError("they do not find the same deals:\n" + "\n".join(lines))
    return lines


def line(work: str, name: str, reading: Reading, took: dict[str, Reading]) -> str:
    mine = took["ours"]
    cells = [work, name, f"{reading.seconds:.2f} s", f"{reading.seconds / mine.seconds:.1f} x"]
    return " | ".join([*cells, f"{reading.megabytes:,.0f} MB", f"{reading.bad:,} bad"])


def main(arguments: Sequence[str]) -> None:
    if arguments[:1] == ["--one"]:
        print(json.dumps(one(*arguments[1:])))
        return
    if arguments[:1] == ["--make"]:
        _, deals_, order, path = arguments
        pq.write_table(log(int(deals_), grouped=order == "grouped"), path)
        return
    options = dict(each.split("=", 1) for each in arguments if "=" in each)
    sizes = [int(each) for each in arguments if each.isdigit()] or [100_000, 1_000_000]
    print("work | who | time | times ours | memory | found")
    for deals in sizes:
        with TemporaryDirectory() as folder:
            found = run(deals, Path(folder), turns=int(options.get("turns", 3)), replay=options.get("pm4py", ""))
            print("\n".join(found))


if __name__ == "__main__":
    main(sys.argv[1:])
