"""Systems from the command: what they give out is audited as it is, and what is none of theirs is told."""

import json
from pathlib import Path
from typing import Any

import pytest

from cli.running import Run, figures
from salesflow.cli._kinds import MARKS
from salesflow.cli._systems import SYSTEMS

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
PIPELINES, DEALS = (str(EXAMPLES / f"hubspot_{name}.json") for name in ("pipelines", "deals"))


def write(place: Path, name: str, payload: Any) -> str:
    (place / name).write_text(payload if isinstance(payload, str) else json.dumps(payload), "utf-8")
    return name


def stage(id: str, order: int, chance: str = "0.5", *, closed: bool = False) -> dict[str, Any]:
    return {"id": id, "displayOrder": order, "metadata": {"isClosed": str(closed).lower(), "probability": chance}}


def pipeline(id: str = "p") -> dict[str, Any]:
    return {"id": id, "stages": [stage("a", 0), stage("b", 1), stage("w", 2, "1.0", closed=True)]}


def deal(id: str, *stages: str, pipeline: str = "p") -> dict[str, Any]:
    at = [f"2026-01-{day + 5:02}T09:00:00Z" for day in range(len(stages))]
    told = [{"value": stage, "timestamp": time} for stage, time in zip(stages, at, strict=True)]
    return {
        "id": id,
        "propertiesWithHistory": {"dealstage": told, "pipeline": [{"value": pipeline, "timestamp": at[0]}]},
    }


def test_every_system_has_marks_and_a_reader() -> None:
    assert MARKS.keys() == SYSTEMS.keys()


def test_a_pair_of_files_is_audited_pipeline_by_pipeline_whatever_their_order(run: Run) -> None:
    got = run("audit", PIPELINES, DEALS, "--from", "hubspot", "--format", "csv")
    other = run("audit", DEALS, PIPELINES, "--from", "hubspot", "--format", "csv")
    assert got.code == other.code == 1
    assert got.out == other.out
    assert [[*line.split(",")[0::2][:2], line.rpartition(",")[2]] for line in got.out.splitlines()[1:]] == [
        ["out_of_lost", "9002", "default"],
        ["unknown_stage", "9003", "default"],
    ]


def test_what_was_not_taken_as_it_stood_stands_in_no_line_of_findings_and_is_not_lost(run: Run) -> None:
    for form in ("csv", "jsonl"):
        assert "[page.more]" in run("audit", PIPELINES, DEALS, "--from", "hubspot", "--format", form).err
    got = run("audit", PIPELINES, DEALS, "--from", "hubspot", "--format", "json")
    reading = json.loads(got.out)["summary"]["reading"]
    assert (got.err, reading["rows"], [note["code"] for note in reading["notes"]]) == (
        "",
        11,
        ["page.more", "history.late"],
    )


def test_json_sums_up_each_pipeline(run: Run) -> None:
    summary = json.loads(run("audit", PIPELINES, DEALS, "--from", "hubspot", "--format", "json").out)["summary"]
    told = [(each["pipeline"], each["deals"], each["deals_that_obey"]) for each in summary["pipelines"]]
    assert told == [("default", 3, 1), ("771", 1, 1)]
    assert (summary["deals"], summary["deals_that_obey"], summary["kinds"]["won"]) == (4, 2, 2)


def test_one_pipeline_can_be_asked_for(run: Run) -> None:
    got = run("audit", PIPELINES, DEALS, "--from", "hubspot", "--pipeline", "771")
    assert (got.code, figures(got.out)["deals"]) == (0, 1)
    near = run("audit", PIPELINES, DEALS, "--from", "hubspot", "--pipeline", "default1")
    assert near.err == (
        "salesflow: there is no pipeline 'default1'; 'default' is near; there are:\n"
        "- 'default' (Sales)\n- '771' (Renewals) [pipeline.unknown]\n"
    )


def test_a_template_that_is_named_judges_all_rows_or_those_of_a_pipeline(run: Run) -> None:
    told = ("audit", DEALS, "--from", "hubspot", "--template", "hubspot")
    every, one = run(*told), run(*told, "--pipeline", "771")
    assert (figures(every.out)["deals"], figures(one.out)["deals"]) == (4, 1)
    assert "the rows of 2 pipelines are judged by one template" in every.out
    assert run(*told, "--pipeline", "x").err.endswith("- 'default'\n- '771' [pipeline.unknown]\n")


def test_without_pipelines_a_template_is_asked_for(run: Run) -> None:
    got = run("audit", DEALS, "--from", "hubspot")
    assert (got.code, got.out) == (2, "")
    assert got.err == (
        "salesflow: nothing says what the stages are: name a template with --template, or give the pipelines of "
        "HubSpot as a file too [template.missing]\n"
    )
    assert run("audit", "log.csv").err.endswith("name a template with --template [template.missing]\n")


def test_pages_in_several_files_and_pages_that_come_twice_count_once(run: Run, place: Path) -> None:
    write(place, "p.json", {"results": [pipeline()]})
    first = write(place, "1.json", {"results": [deal("1", "a", "b")]})
    both = write(place, "2.json", [{"results": [deal("1", "a", "b")]}, {"results": [deal("2", "a", "w")]}])
    got = run("audit", "p.json", first, both, "--from", "hubspot")
    assert (figures(got.out)["deals"], figures(got.out)["moves"]) == (2, 2)
    assert "id '1' came before @ 2.json: [0].results[0] [row.repeated]" in " ".join(got.out.split())


def test_rows_of_a_pipeline_that_is_not_given_are_told(run: Run, place: Path) -> None:
    write(place, "p.json", {"results": [pipeline("p"), pipeline("q")]})
    write(place, "d.json", {"results": [deal("1", "a", "b"), deal("2", "a", pipeline="r")]})
    got = run("audit", "p.json", "d.json", "--from", "hubspot", "--format", "csv")
    assert (
        got.err == "salesflow: dropped: rows of the pipeline 'r', which is not among those given [pipeline.unlisted]\n"
    )


def test_rows_that_tell_no_pipeline_belong_to_the_only_one(run: Run, place: Path) -> None:
    untold = deal("1", "a", "w")
    del untold["propertiesWithHistory"]["pipeline"]
    write(place, "d.json", {"results": [untold]})
    write(place, "p.json", {"results": [pipeline()]})
    got = run("audit", "p.json", "d.json", "--from", "hubspot")
    assert (got.code, figures(got.out)["moves"]) == (0, 1)
    assert "[pipeline.assumed]" in got.out
    write(place, "p.json", {"results": [pipeline("p"), pipeline("q")]})
    two = run("audit", "p.json", "d.json", "--from", "hubspot", "--format", "csv")
    assert "rows that tell no pipeline, where there are several (2 times) [pipeline.unlisted]" in two.err


def test_where_nothing_is_judged_there_is_no_answer(run: Run, place: Path) -> None:
    write(place, "p.json", {"results": [pipeline("p"), pipeline("q")]})
    write(place, "d.json", {"results": [deal("2", "a", pipeline="r")]})
    for more in (("--pipeline", "q"), ("--format", "csv")):
        got = run("audit", "p.json", "d.json", "--from", "hubspot", *more)
        assert (got.code, got.out, got.err.rpartition(" ")[2]) == (2, "", "[payload.unjudged]\n")
    got = run("audit", "p.json", "d.json", "--from", "hubspot")
    assert "- dropped: rows of the pipeline 'r', which is not among those given" in got.err


def test_a_row_that_is_dropped_convicts_nobody_and_is_counted_as_not_judged(run: Run, place: Path) -> None:
    told = deal("1", "a", "b", "w")
    told["propertiesWithHistory"]["dealstage"][1]["timestamp"] = "01/13/2026"
    write(place, "p.json", {"results": [pipeline()]})
    write(place, "d.json", {"results": [told]})
    got = run("audit", "p.json", "d.json", "--from", "hubspot", "--format", "json")
    found = [(each["code"], each["level"]) for each in json.loads(got.out)["findings"]]
    assert found == [("bad_row", "violation"), ("skip", "warning")]


STAGES = "stage_id,stage_name,pipeline_id,order_nr\n1,New,1,1\n2,Offer,1,2\n7,Due,2,1\n"
CHANGES = (
    "deal_id,change_time,changed_field_key,new_value\n"
    "9,2026-01-05 09:00:00,stage_id,1\n9,2026-01-06 09:00:00,stage_id,2\n8,2026-01-06 09:00:00,stage_id,5\n"
)


def test_a_deal_in_a_stage_that_no_pipeline_has_is_found(run: Run, place: Path) -> None:
    write(place, "stages.csv", STAGES)
    write(place, "changes.csv", CHANGES)
    got = run("audit", "stages.csv", "changes.csv", "--from", "pipedrive", "--format", "csv")
    assert [line.split(",")[:3] for line in got.out.splitlines()[1:]] == [["unknown_stage", "violation", "8"]]
    assert "- " in run("audit", "stages.csv", "changes.csv", "--from", "pipedrive").out


# -- forms --------------------------------------------------------------------------------------------------


def test_a_table_may_have_another_delimiter_or_be_in_json_lines(run: Run, place: Path) -> None:
    write(place, "stages.csv", STAGES.replace(",", ";"))
    write(place, "changes.csv", CHANGES.replace(",", ";"))
    got = run("audit", "stages.csv", "changes.csv", "--from", "pipedrive", "--delimiter", ";")
    assert figures(got.out)["deals"] == 2
    head, *rows = [line.split(",") for line in CHANGES.splitlines()]
    write(place, "changes.jsonl", "\n".join(json.dumps(dict(zip(head, row, strict=True))) for row in rows))
    write(place, "stages.csv", STAGES)
    got = run("audit", "stages.csv", "changes.jsonl", "--from", "pipedrive")
    assert figures(got.out)["deals"] == 2


CHANGELOG = {
    "success": True,
    "data": [
        {"field_key": "stage_id", "old_value": "1", "new_value": "2", "time": "2026-01-06 09:00:00"},
        {"field_key": "add_time", "old_value": None, "new_value": "2026-01-05", "time": "2026-01-05 09:00:00"},
    ],
}


def test_a_changelog_is_of_the_deal_that_its_file_is_named_after(run: Run, place: Path) -> None:
    write(place, "stages.csv", STAGES)
    told = ("audit", "stages.csv", "--from", "pipedrive")
    bad = run(*told, write(place, "changelog.json", CHANGELOG))
    assert (bad.code, bad.out) == (2, "")
    assert "'changelog.json' does not say of which deal it is" in bad.err
    named = run(*told, write(place, "deal-9.json", CHANGELOG), write(place, "deal-9.2.json", CHANGELOG), "--format=csv")
    assert (named.code, figures(run(*told, "deal-9.json").out)["deals"]) == (0, 1)
    assert "came before @ deal-9.2.json: data[0] [row.repeated]" in named.err
    keyed = write(place, "all.json", {"9": CHANGELOG, "10": [CHANGELOG]})
    assert figures(run(*told, keyed).out)["deals"] == 2


TIMELINE = {
    "__timeline": [
        {
            "id": "t1",
            "audited_time": "2026-01-05T09:00:00Z",
            "record": {"id": "77"},
            "field_history": [{"api_name": "Stage", "_value": {"old": None, "new": "Call"}}],
        }
    ]
}
HISTORY = {"data": [{"id": "h1", "Stage": "Call", "Modified_Time": "2026-01-05T09:00:00Z"}]}
ZOHO = {
    "pipeline": [
        {
            "display_value": "Std",
            "actual_value": "Std",
            "maps": [
                {"display_value": name, "actual_value": name, "sequence_number": place, "forecast_type": kind}
                for place, (name, kind) in enumerate([("Call", "Open"), ("Won", "Closed Won")])
            ],
        }
    ]
}


def test_a_timeline_names_its_deal_and_a_stage_history_is_named_by_its_file(run: Run, place: Path) -> None:
    told = ("audit", write(place, "pipelines.json", ZOHO), "--from", "zoho", "--format", "json")
    got = run(*told, write(place, "t.json", TIMELINE), write(place, "deal-78.json", HISTORY))
    assert json.loads(got.out)["summary"]["deals"] == 2
    assert "[deal.unnamed]" in run(*told, write(place, "history.json", HISTORY)).err


def timeline(deal: str, *entries: str, more: bool = False) -> dict[str, Any]:
    (told,) = TIMELINE["__timeline"]
    rows = [{**told, "id": f"{deal}-{entry}", "record": {"id": deal}} for entry in entries]
    return {"__timeline": rows, "info": {"more_records": more}}


def flow(deal: int, *entries: int, more: bool = False) -> dict[str, Any]:
    changes = [
        {"object": "dealChange", "data": {
            "id": entry, "item_id": deal, "field_key": "stage_id", "old_value": None, "new_value": str(entry),
            "log_time": f"2026-01-0{entry} 09:00:00",
        }}
        for entry in entries
    ]  # fmt: skip
    other = {"object": "activity", "data": {"id": 1, "deal_id": 300 if entries else deal}}
    return {"success": True, "data": [other, *changes], "additional_data": {
        "pagination": {"start": 0, "limit": 1, "more_items_in_collection": more}
    }}  # fmt: skip


ANSWERS: dict[str, tuple[str, dict[str, Any]]] = {
    "zoho": (
        json.dumps(ZOHO),
        {
            "first": timeline("77", "1", more=True),
            "last": timeline("77", "2"),
            "end": timeline("77"),
            "other": timeline("78", "1"),
            "other cut": timeline("79", "1", more=True),
        },
    ),
    "pipedrive": (
        STAGES,
        {
            "first": flow(77, 1, more=True),
            "last": flow(77, 2),
            "end": flow(77),
            "other": flow(78, 1),
            "other cut": flow(79, 1, more=True),
        },
    ),
}


@pytest.mark.parametrize("system", ANSWERS)
@pytest.mark.parametrize(
    ("given", "cut"),
    [
        (["first"], ["first"]),
        (["first", "other"], ["first"]),
        (["other", "first"], ["first"]),
        (["first", "other", "other cut"], ["first", "other cut"]),
        (["other cut", "first", "other"], ["first", "other cut"]),
        (["first", "last", "other"], []),
        (["first", "other", "last"], []),
        (["first", "end", "other cut"], ["other cut"]),
    ],
    ids=" ".join,
)
def test_each_deal_whose_last_answer_says_that_more_follow_is_told_whatever_stands_behind_it(
    run: Run, place: Path, system: str, given: list[str], cut: list[str]
) -> None:
    stages, answers = ANSWERS[system]
    pipelines = write(place, "stages.csv" if system == "pipedrive" else "pipelines.json", stages)
    files = [write(place, f"{name}.json", answers[name]) for name in given]
    got = run("audit", pipelines, *files, "--from", system, "--format", "json")
    notes = json.loads(got.out)["summary"]["reading"]["notes"]
    assert sorted(note["place"] for note in notes if note["code"] == "page.more") == [f"{name}.json" for name in cut]


def test_xes_is_read_with_its_own_columns(run: Run, place: Path) -> None:
    time = '<date key="time:timestamp" value="2026-01-0{}T09:00:00Z"/>'
    event = '<event><string key="concept:name" value="{}"/>' + time + "</event>"
    events = "".join(event.format(name, day) for day, name in enumerate(["contact", "talk", "lost", "won"], 1))
    trace = f'<trace><string key="concept:name" value="D-1"/>{events}</trace>'
    write(place, "log.xes", f"<log>{trace}</log>")
    got = run("audit", "log.xes", "--template", "acme.json", "--format", "csv")
    assert (got.code, [line.split(",")[0] for line in got.out.splitlines()[1:]]) == (1, ["out_of_lost"])
    assert run("audit", "log.xes", "--template", "acme.json", "--ground", "x").err == (
        "salesflow: --ground names a column of a log, and what is read with --from xes has columns of its own "
        "[column.known]\n"
    )
    assert "[template.missing]" in run("audit", "log.xes").err


def test_standard_input_may_be_what_a_system_gives_out(run: Run, piped: Any) -> None:
    piped(Path(DEALS).read_bytes())
    got = run("audit", "-", PIPELINES, "--from", "hubspot")
    assert figures(got.out)["deals"] == 4


# -- bad input ----------------------------------------------------------------------------------------------

BAD = {
    "truncated": ('{"results": [{"id": "1", "prop', "unterminated string starting at @ line 1, column"),
    "empty": ("  \n", "there is nothing in 'bad.json' [file.empty]"),
    "another system's": (
        {"success": True, "data": [{"object": "dealChange"}]},
        "it holds 'success', 'data' [payload.other]",
    ),
    "another system's, and known": (
        {"success": True, "data": [{"object": "dealChange", "data": {"field_key": "stage_id"}}]},
        "it holds 'success', 'data'; it looks like what is read with --from pipedrive [payload.other]",
    ),
    "another system's, of like form": (
        [{"id": 1, "name": "Sales", "stages": [{"id": 2, "name": "New", "win_probability": 5}]}],
        "it looks like what is read with --from copper [payload.other]",
    ),
    "of either of two": (
        {"value": [{"win_probability": 5, "is_won": False}]},
        "it looks like what is read with --from copper, --from odoo [payload.other]",
    ),
    "an error": (
        {"status": "error", "message": "no rights"},
        "it holds 'status', 'message': no rights [payload.other]",
    ),
    "a list of numbers": (
        [1, 2],
        "'bad.json' @ [0] is nothing that is read of HubSpot: it holds a value [payload.other]",
    ),
    "lists in lists of lists": ([[[]]], "it holds a list [payload.other]"),
    "a document": ("<a/>", "it holds a document [payload.other]"),
    "no UTF-8": ("<a\udcff/>", "the byte 0xFF at position 2 is not UTF-8 [file.unreadable]"),
    "a field missing": (
        {"results": [{"id": "1", "propertiesWithHistory": {"stage": []}}]},
        "the field 'dealstage' is missing; there are 'stage' @ results[0].propertiesWithHistory [payload.missing]",
    ),
    "a row too long": ("deal_id,value\n1,2,3\n", "'bad.json' has more cells in row 1 than columns [csv.cells]"),
    "a page of nothing": ({"results": []}, "no history of deals is in 'bad.json'"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_read_is_told_with_its_file_and_its_place(run: Run, place: Path, name: str) -> None:
    payload, message = BAD[name]
    text = payload if isinstance(payload, str) else json.dumps(payload)
    (place / "bad.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    got = run("audit", "bad.json", PIPELINES, "--from", "hubspot")
    assert (got.code, got.out) == (2, "")
    assert message in got.err
    assert "bad.json" in got.err


def test_a_field_of_one_of_several_pages_is_told_with_its_file(run: Run, place: Path) -> None:
    write(place, "1.json", {"results": [pipeline("p")]})
    write(place, "2.json", {"results": [{"id": "q", "stages": [{"id": "a"}]}]})
    got = run("audit", "1.json", "2.json", DEALS, "--from", "hubspot")
    assert "2.json cannot be read:\n- the field 'metadata' is missing; there are 'id' @ results[0].stages[0]" in got.err


def test_a_pipeline_that_makes_no_template_is_told_with_its_file(run: Run, place: Path) -> None:
    twins = {"id": "q", "stages": [stage("a", 0), stage("\u0430", 1)]}
    write(place, "q.json", {"results": [twins]})
    got = run("audit", "q.json", DEALS, "--from", "hubspot")
    assert got.err.startswith("salesflow: q.json: results[0] cannot be read:\n")


def test_a_history_that_tells_no_move_is_told_with_the_reason(run: Run, place: Path) -> None:
    write(place, "stages.csv", STAGES)
    write(place, "changes.csv", "deal_id,change_time,changed_field_key,new_value\n9,2026-01-05,title,x\n")
    got = run("audit", "stages.csv", "changes.csv", "--from", "pipedrive")
    assert got.err == (
        "salesflow: nothing in 'stages.csv', 'changes.csv' tells that a deal moved\n"
        "- dropped: a change of the field 'title' is no move @ changes.csv [row.other] [payload.no_moves]\n"
    )


def test_what_is_known_and_not_used_is_noted(run: Run, place: Path) -> None:
    write(place, "deals.json", {"results": [{"id": "1", "properties": {}}]})
    write(place, "empty.json", {"results": []})
    got = run("audit", PIPELINES, DEALS, "deals.json", "empty.json", "--from", "hubspot", "--format", "csv")
    assert got.err.splitlines()[:2] == [
        "salesflow: dropped: what tells neither stages nor a history is not read @ deals.json [payload.other]",
        "salesflow: odd: an answer that lists nothing @ empty.json [payload.empty]",
    ]


def test_a_form_that_is_not_known_is_told_with_the_near_one(run: Run) -> None:
    got = run("audit", DEALS, "--from", "hubspt")
    assert got.err.startswith("salesflow: nothing is read with --from 'hubspt'; 'hubspot' is near; it takes bitrix24, ")
    assert "[from.missing]" in run("audit", DEALS).err
    assert "[from.missing]" in run("audit", "-").err
    assert "[from.several]" in run("audit", "a.csv", "b.jsonl").err


def test_a_file_beyond_all_measure_is_not_held(run: Run, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("salesflow.cli._source.MOST_BYTES", 10)
    assert "is larger than 0 MiB" in run("audit", DEALS, "--from", "hubspot").err


def test_a_path_that_may_lie_in_several_files_names_the_one_that_has_it(run: Run, place: Path) -> None:
    statuses = [{"STATUS_ID": "NEW", "SORT": 1, "NAME": "New", "ENTITY_ID": "DEAL_STAGE", "SEMANTICS": "X"}]
    write(place, "s.json", {"result": statuses})
    write(place, "c.json", {"result": {"categories": []}})
    got = run("import-pipeline", "s.json", "c.json", "--from", "bitrix24")
    assert got.err.startswith("salesflow: s.json cannot be read:\n- S, F, P or nothing is wanted here, not 'X'")
    write(place, "c.json", {"result": {"categories": [{"name": "x"}]}})
    assert run("import-pipeline", "s.json", "c.json", "--from", "bitrix24").err.startswith("salesflow: c.json cannot")


# -- discover -----------------------------------------------------------------------------------------------


def test_a_template_is_discovered_in_one_pipeline_or_told_to_be_of_several(run: Run) -> None:
    together = run("discover", PIPELINES, DEALS, "--from", "hubspot")
    assert together.code == 0
    assert "the rows of 2 pipelines are taken together, and --pipeline takes one: 'default', '771'" in together.out
    assert "taken together" not in run("discover", DEALS, "--from", "hubspot", "--pipeline", "default").out
    unknown = run("discover", DEALS, "--from", "hubspot", "--pipeline", "defaults")
    assert (unknown.code, unknown.out) == (2, "")
    assert unknown.err.startswith("salesflow: there is no pipeline 'defaults'; 'default' is near")


def test_the_stages_of_a_discovered_template_are_called_as_the_system_calls_them(run: Run) -> None:
    got = run("discover", PIPELINES, DEALS, "--from", "hubspot", "--pipeline", "default")
    assert 'id = "appointment"\nlabel = "Appointment"\n' in got.out
    assert 'id = "negotiation"\n\n' in got.out


def test_pipelines_alone_propose_nothing(run: Run) -> None:
    got = run("discover", PIPELINES, "--from", "hubspot")
    assert (got.code, got.out) == (2, "")
    assert got.err.endswith("[payload.no_history]\n")
