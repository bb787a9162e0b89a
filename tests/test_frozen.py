"""Frozen files of version 1: they load for ever, and say what they said."""

import json
from pathlib import Path

import pytest

from salesflow import Opportunity
from salesflow.audits import audit
from salesflow.history import Change
from salesflow.linting import lint
from salesflow.loading import load_template
from salesflow.rules import PythonRule, walk

FROZEN = Path(__file__).parent / "fixtures" / "v1"
DIGESTS = {
    "classic-pipeline": "538171c5381a3c053404d1407c02263c8ea82dcf2e4d4f3a68f87170e4cfa9e4",
    "every-form": "ad38215542ce499ca45ac132da6f1ebf896d85ac5b282ba736d027d423599eb1",
    "heflo-process": "1bfe446238590d5bd4bc32d36d60bf2e957a2ac5d6b29c6d281c8b069c6d37de",
    # default pipelines and lead statuses of CRM systems
    "bitrix24": "47caa76c2a9fe072be243a8c619fffbccb1c99fef522c15367bbea0e8af37b76",
    "bitrix24-lead": "a20436030f294368d5db7e73af42d2a633dc2e650c707854d53e6365372cbba0",
    "close": "b6015189bcf1d552ca172f302fb2ca56fc9881bf55d3be155a2be1426c4f964c",
    "copper": "3650844921ceaed301d69b6225488631144783d1169fc841ca0f1e8050e04b35",
    "copper-lead": "1dbb78938315f29310b57a440e410bd4fc2ee3e740b2d7cdc23204a948519097",
    "dynamics365": "4a17b7fe3f7e31d60c45d424168b5e73a7ea85083b46528ec9a1fb54a8dba675",
    "espocrm": "b9440b5ec97cd0d372d05b12fb659774b62ab67c2e99f3160c9977950b22a976",
    "espocrm-lead": "9b4b240ddc61f0b77a6adce5dc712397365902a1ae9acf22434f784c5da0a870",
    "frappe": "a0d2c19724e70d78dcf2ea8ff1611c4a31ce195b830c29afea8711e8cbedc4bc",
    "frappe-lead": "f4d4bbd88d107d91930cbc0a024dee05a1c2f3d64ad3f125e11c18838dd44752",
    "hubspot": "b75633367443cb93c06e6d99473e7e909fc9822da8722fe0e7c644b6bfc8e4ae",
    "hubspot-lead": "2a2db449a5dbe62aa156b7ab28d5830dbb4a3e4c787d551a3890a3aa22177e9d",
    "odoo": "6212404b4e681958cd3535d85b0d29400b047424d4f5dc7cbcec69880bfd0b9e",
    "pipedrive": "d74a535d770d56b03ac0182eb84e0e549d62e6200a7498ee7a2b17ada013a7b0",
    "salesforce": "48313e6217e6242de5ab91db9bd4347e0f9d96a13f68967113dfd72d66de8bc4",
    "salesforce-lead": "3331844c918562dc063f0443804d06abb507b752744877263a5dfd6a1979ab1d",
    "twenty": "a714e32b94990338ae0716ca0fb7c1e66b780a577d9edeaab0e87682c161e284",
    "zoho": "4fd1b27deb6e638db23805cd0c6c45ecee35caf401b9f11c01666cda91ea4cb8",
    "zoho-lead": "34a10eda5fa8a33f29561a55eeab1998bc814f07367798e26c2b576f5c3b779d",
}
"""Records carry these digests for ever: a change to how one is made breaks every stored deal."""


def opportunity(name: str) -> Opportunity:
    return Opportunity.model_validate_json((FROZEN / f"{name}.json").read_text("utf-8"))


def test_every_frozen_file_is_looked_at_here() -> None:
    assert {file.stem for file in FROZEN.iterdir()} == {*DIGESTS, "opportunity", "opportunity-tail"}


@pytest.mark.parametrize("name", DIGESTS)
def test_a_frozen_template_loads_with_its_digest(name: str) -> None:
    template = load_template(FROZEN / f"{name}.json")
    assert (template.id, template.ref.digest) == (name, DIGESTS[name])


def test_the_frozen_template_of_every_form_has_a_rule_of_every_form() -> None:
    template = load_template(FROZEN / "every-form.json")
    forms = {each.rule for rule in template.stages[1].rules for each in walk(rule)}
    written = (
        "present compare qualified role activity objections_resolved time_in_stage visited approved "
        "all_of any_of none_of python"
    )
    assert forms == set(written.split())
    assert isinstance(template.stages[1].rules[-1], PythonRule)
    assert template.host_fields == ("seats",)
    assert [problem.code for problem in lint(template)] == ["rule.unbound"]


def test_a_frozen_record_is_what_its_history_makes_of_it() -> None:
    record, template = opportunity("opportunity"), load_template(FROZEN / "heflo-process.json")
    assert record.template == template.ref
    assert template.replay(Opportunity(id="D-1"), record.history) == record


def test_a_frozen_record_obeys_its_template() -> None:
    template = load_template(FROZEN / "heflo-process.json")
    assert list(audit(template, [opportunity("opportunity")])) == []


def test_a_frozen_record_tells_its_story() -> None:
    told = [(change.number, change.kind, change.target) for change in opportunity("opportunity").history]
    assert told == [
        (1, "started", "identification"),
        (2, "advanced", "qualification"),
        (3, "updated", "qualification"),
        (4, "advanced", "proposal"),
        (5, "advanced", "follow-up"),
        (6, "held", "on-hold"),
        (7, "resumed", "follow-up"),
        (8, "advanced", "negotiation"),
        (9, "updated", "negotiation"),
        (10, "lost", "lost"),
        (11, "reopened", "qualification"),
        (12, "advanced", "proposal"),
        (13, "moved_back", "qualification"),
        (14, "advanced", "proposal"),
        (15, "advanced", "negotiation"),
        (16, "won", "won"),
    ]


def test_a_frozen_record_holds_something_of_everything_that_grows() -> None:
    record = opportunity("opportunity")
    growing = ("activities", "objections", "approvals", "qualification", "offer", "fields")
    assert [name for name in growing if not getattr(record, name)] == []


def test_a_frozen_tail_of_a_history_is_a_tail() -> None:
    record = opportunity("opportunity-tail")
    assert record.changes_before == 1
    assert [(change.number, change.kind, change.ground) for change in record.history] == [
        (2, "skipped", "a customer of ten years")
    ]
    template = load_template(FROZEN / "classic-pipeline.json")
    assert list(audit(template, [record])) == []


@pytest.mark.parametrize("name", ["opportunity", "opportunity-tail"])
def test_nothing_that_a_frozen_record_says_is_lost(name: str) -> None:
    record = opportunity(name)
    written = json.loads((FROZEN / f"{name}.json").read_text("utf-8"))
    again = json.loads(record.model_dump_json())
    assert {key: again[key] for key in written} == written
    assert all(isinstance(change, Change) for change in record.history)
