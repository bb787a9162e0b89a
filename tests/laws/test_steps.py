"""Every step of every walk obeys every law, whatever the template."""

import pytest
from hypothesis import given

from laws.asking import Walk, steps
from laws.laws import STEP_LAWS, Law
from laws.strategies import walks


@pytest.mark.parametrize("law", STEP_LAWS)
@given(walk=walks())
def test_every_step_of_a_walk_obeys(law: Law, walk: Walk) -> None:
    for record, asked in steps(walk, walk.template):
        law(walk.template, record, asked)
