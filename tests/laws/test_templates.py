"""Templates keep the promises on themselves: in every form, under every change, and as far as lint calls them sound."""

import pytest
from hypothesis import given

from laws.story import STORY
from salesflow.linting import lint
from salesflow.testing._asking import Template, Walk, steps
from salesflow.testing._laws_of_steps import Law
from salesflow.testing._laws_of_templates import (
    law_a_sound_template_closes,
    law_a_template_survives_every_form,
    law_the_digest_tells_behaviour,
)
from salesflow.testing._strategies import SHIPPED, templates, walks


@pytest.mark.parametrize("law", [law_a_template_survives_every_form, law_the_digest_tells_behaviour])
@given(walk=walks(most=2))
def test_any_template_obeys(law: Law, walk: Walk) -> None:
    for record, asked in steps(walk, walk.template):
        law(walk.template, record, asked)


@given(template=templates())
def test_lint_names_every_stage_that_is_stuck(template: Template) -> None:
    law_a_sound_template_closes(template, lint)


@pytest.mark.parametrize("template", [*SHIPPED, STORY], ids=lambda template: template.id)
def test_shipped_templates_close(template: Template) -> None:
    law_a_sound_template_closes(template, lint)
