"""Every step of every walk obeys every law, whatever the template."""

import pytest
from hypothesis import given

from salesflow.testing._asking import Walk, steps
from salesflow.testing._laws_of_steps import STEP_LAWS, Law
from salesflow.testing._strategies import walks


@pytest.mark.parametrize("law", STEP_LAWS)
@given(walk=walks())
def test_every_step_of_a_walk_obeys(law: Law, walk: Walk) -> None:
    for record, asked in steps(walk, walk.template):
        law(walk.template, record, asked)
