"""The subcommand `import-pipeline`: a pipeline as a template file, with what was not taken as it stood."""

import json
from pathlib import Path

from cli.running import Run
from salesflow.loading import load_template

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
PIPELINES = str(EXAMPLES / "hubspot_pipelines.json")
TOLD = ("import-pipeline", PIPELINES, "--from", "hubspot")


def test_one_of_several_pipelines_must_be_chosen(run: Run) -> None:
    got = run(*TOLD)
    assert (got.code, got.out) == (2, "")
    assert got.err == (
        "salesflow: several pipelines are told: say which with --pipeline:\n"
        "- 'default' (Sales)\n- '771' (Renewals) [pipeline.several]\n"
    )
    assert run(*TOLD, "--pipeline", "772").err.startswith("salesflow: there is no pipeline '772'; '771' is near;")


def test_a_file_is_written_in_the_form_of_its_ending_and_never_over_another(run: Run, place: Path) -> None:
    for ending in ("toml", "yaml", "json"):
        got = run(*TOLD, "--pipeline", "771", "--output", f"renewals.{ending}")
        assert (got.code, got.err) == (0, "")
    made = [load_template(place / f"renewals.{ending}") for ending in ("toml", "yaml", "json")]
    assert made[0] == made[1] == made[2]
    assert (made[0].id, made[0].label, [stage.id for stage in made[0].stages]) == (
        "771",
        "Renewals",
        ["due", "renewed", "ended"],
    )
    assert "[new.exists]" in run(*TOLD, "--pipeline", "771", "--output", "renewals.toml").err
    assert "[file.kind]" in run(*TOLD, "--pipeline", "771", "--output", "renewals.txt").err


def test_notes_are_comments_and_in_json_they_are_told_beside(run: Run, place: Path) -> None:
    (place / "s.csv").write_text("stage_id,stage_name\n1,New\n2,Offer\n", "utf-8")
    told = ("import-pipeline", "s.csv", "--from", "pipedrive")
    text = run(*told).out
    assert text.startswith("# assumed: no name of the pipeline '1' is told @ s.csv: row 1 [pipeline.unnamed]\n")
    got = run(*told, "--output", "p.json")
    assert got.err.startswith("salesflow: assumed: no name of the pipeline '1' is told")
    assert [stage["id"] for stage in json.loads((place / "p.json").read_text("utf-8"))["stages"]][-2:] == [
        "won",
        "lost",
    ]


def test_files_without_a_pipeline_and_systems_that_are_none_are_told(run: Run) -> None:
    deals = str(EXAMPLES / "hubspot_deals.json")
    assert run("import-pipeline", deals, "--from", "hubspot").err.endswith("[pipeline.none]\n")
    assert "[from.unknown]" in run("import-pipeline", PIPELINES, "--from", "csv").err
