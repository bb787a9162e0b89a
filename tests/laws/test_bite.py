"""Every law bites: run against an engine that breaks its promise, it fails, and Hypothesis finds where."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from laws.broken import BREAKS, Break, Sound
from laws.story import STORY
from salesflow.testing._asking import Walk, steps
from salesflow.testing._laws_of_steps import STEP_LAWS
from salesflow.testing._laws_of_templates import law_a_sound_template_closes
from salesflow.testing._strategies import templates, walks

# nothing to shrink or to replay here: it is enough that a fault is found
hunting = settings(
    max_examples=2000,
    phases=[Phase.generate],
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    report_multiple_bugs=False,
)


@pytest.mark.parametrize("broken", BREAKS, ids=lambda each: f"{each.name}-{each.law.__name__}")
def test_a_law_bites(broken: Break, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = broken.broken(monkeypatch)

    @hunting
    @given(walk=walks(of=st.just(STORY) | templates()))
    def obeys(walk: Walk) -> None:
        template = engine(walk.template)
        for record, asked in steps(walk, template):
            broken.law(template, record, asked)

    with pytest.raises(broken.error):
        obeys()


@given(walk=walks(of=st.just(STORY) | templates(), most=2))
def test_what_carries_the_faults_has_none_of_its_own(walk: Walk) -> None:
    template = Sound(**dict(walk.template))
    for record, asked in steps(walk, template):
        for law in {broken.law for broken in BREAKS}:
            law(template, record, asked)


def test_every_law_on_a_step_is_shown_to_bite() -> None:
    assert {broken.law for broken in BREAKS} >= set(STEP_LAWS)


def test_the_law_on_sound_templates_bites() -> None:
    @hunting
    @given(template=templates())
    def closes(template: object) -> None:
        law_a_sound_template_closes(template, lambda _: ())  # type: ignore[arg-type]

    with pytest.raises(AssertionError):
        closes()
