"""A table of the catalogue, the laws really run: `python -m laws.catalogue_table` in tests/ prints it as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from salesflow._reach import ways
from salesflow.linting import lint
from salesflow.testing._asking import Template
from salesflow.testing._gaps import gaps, spots
from salesflow.testing._journeys import journeys
from salesflow.testing._laws_of_journeys import (
    law_a_closed_record_stays_where_it_is,
    law_every_step_obeys,
    law_the_books_are_in_order,
    law_what_is_left_out_is_named,
    law_what_is_legal_comes_about,
)
from salesflow.testing._laws_of_steps import STEP_LAWS, Law
from salesflow.testing._routes import goals
from salesflow.testing._strategies import SHIPPED

EXAMPLES = 10
"""How many walks are put to each law for each template."""

Tried = Callable[[st.DataObject], None]


def kept(law: Tried) -> bool:
    """Run a law and tell whether it holds."""
    run = settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )(given(data=st.data())(law))
    try:
        run()
    except (AssertionError, ExceptionGroup):
        return False
    return True


def laws_on(template: Template) -> Iterable[Tried]:
    """Return every law, bound to a template: those on steps, those on whole walks, and what is left out."""
    yield from (_on_steps(template, law) for law in STEP_LAWS)
    for law in (law_what_is_legal_comes_about, law_the_books_are_in_order):
        yield _on_walks(template, law, {goal.kind for goal in goals(template)})
    if {goal.kind for goal in goals(template)} & {"won", "lost"}:
        yield _on_walks(template, law_a_closed_record_stays_where_it_is, {"won", "lost"})
    if spots(template):
        yield _on_gaps(template)


def _on_steps(template: Template, law: Law) -> Tried:
    return _on_walks(template, lambda journey, of: law_every_step_obeys(journey, of, (law,)))


def _on_walks(template: Template, law: Callable[[Any, Template], None], kinds: set[str] | None = None) -> Tried:
    fit = [goal for goal in goals(template) if kinds is None or goal.kind in kinds]

    def tried(data: st.DataObject) -> None:
        law(data.draw(journeys(template, data.draw(st.sampled_from(fit)))), template)

    return tried


def _on_gaps(template: Template) -> Tried:
    def tried(data: st.DataObject) -> None:
        need = data.draw(st.sampled_from(list(spots(template))))
        gap = data.draw(gaps(template, need, data.draw(st.sampled_from(spots(template)[need]))))
        if gap:
            law_what_is_left_out_is_named(gap, template)

    return tried


def row(template: Template) -> str:
    """Return the figures of a template as a row."""
    held = [kept(law) for law in laws_on(template)]
    holders: list[Any] = [*template.stages, *template.moves]
    cells = (
        template.id,
        len(template.stages),
        f"{sum(len(move.sources) for move in template.moves)} / {sum(len(each) for each in ways(template).values())}",
        sum(len(holder.rules) for holder in holders),
        len(goals(template)),
        len(lint(template)),
        f"{sum(held)} of {len(held)}",
    )
    return f"| {' | '.join(map(str, cells))} |"


HEAD = ("template", "stages", "moves declared / ways", "rules", "goals walked to", "problems", "laws kept")

if __name__ == "__main__":
    print(f"| {' | '.join(HEAD)} |\n|{' --- |' * len(HEAD)}")
    for each in SHIPPED:
        print(row(each), flush=True)
