"""State machines for Hypothesis: somebody's CRM driven through a template, step by step beside the model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, get_args

from hypothesis import Phase, Verbosity, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from salesflow.template import StageTemplate
from salesflow.testing._shortening import Failing, aspect, failing, shortened
from salesflow.testing._steps import AIMS, steps
from salesflow.testing._system import Lack, System
from salesflow.testing._walking import Step, Walk


def template_state_machine(
    template: StageTemplate[Any],
    *,
    system: Callable[[], System],
    without: tuple[Lack, ...] = (),
) -> type[RuleBasedStateMachine]:
    """Return a state machine for Hypothesis that walks through a CRM and compares every step with the template.

    `system` makes a fresh CRM, with no deals, for each walk. `without` names what the CRM has no notion of, and is
    therefore not tried: `versions` (a write by somebody who looked before the last change is to be refused), `keys`
    (a request that is sent twice is done once) and `reasons` (a refusal names all that stands against it). Raises
    ValueError where it names anything else.
    """
    unknown = set(without) - set(get_args(Lack))
    if unknown:
        raise ValueError(f"without names {', '.join(sorted(unknown))}: it may name {', '.join(get_args(Lack))}")
    lacks, short = frozenset(without), dict[str | None, Sequence[Step]]()
    walked = failing(template, system, lacks)

    class Machine(SystemMachine):
        def __init__(self) -> None:
            super().__init__(Walk(template, system(), lacks), walked, short)

    # walks are made short by walking again, which is quicker than to draw them again, and leads to shorter ones
    own = settings(Machine.TestCase.settings, phases=[Phase.explicit, Phase.reuse, Phase.generate])
    Machine.TestCase.settings = settings(own, verbosity=Verbosity.quiet)
    return Machine


class SystemMachine(RuleBasedStateMachine):
    """A walk through somebody's CRM that Hypothesis draws; where it fails, the shortest that fails alike is told."""

    def __init__(self, walk: Walk, walked: Failing, short: dict[str | None, Sequence[Step]]) -> None:
        super().__init__()
        self.walk, self.walked, self.short = walk, walked, short

    def teardown(self) -> None:
        """Close the CRM."""
        self.walk.close()

    @initialize(favourite=st.sampled_from([*AIMS]))
    def is_inclined_to(self, favourite: str) -> None:
        """Choose what this walk does more often than others."""
        self.walk.books.favourite = favourite

    @rule(step=steps())
    def takes(self, step: Step) -> None:
        """Send a request, and compare the answer and all that can be seen after it."""
        try:
            self.walk.take(step)
        except Exception as error:  # noqa: BLE001 - whatever a CRM raises
            raise self.shortest(error) from None

    def shortest(self, error: Exception) -> Exception:
        """Return how the shortest walk fails that fails alike; the error itself where it does not come again."""
        found = aspect(error)
        if aspect(self.walked(self.short.get(found, ()))) != found:
            if aspect(self.walked(self.walk.steps)) != found:
                return error
            self.short[found] = shortened(self.walk.steps, found, self.walked)
        return self.walked(self.short[found]) or error
