"""Evolution: what is another in a new template, and what that means for the deals that run through the old one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, cast

from pydantic import ConfigDict, PlainSerializer, PlainValidator, computed_field

from salesflow import _mermaid
from salesflow._compared import differences
from salesflow._compared._drawn import drawn
from salesflow._compared._pairs import Pairs
from salesflow._compared._told import page
from salesflow._difference import IMPACTS, Difference, Impact, worst
from salesflow.languages import Language, language_of
from salesflow.migration import MigrationPlan, drafted
from salesflow.template import StageTemplate
from salesflow.values import Frozen

__all__ = ["IMPACTS", "Diff", "Difference", "Impact", "diff", "markdown", "mermaid"]

_TEMPLATE = cast("type[StageTemplate[Any]]", StageTemplate)


def _template(value: Any) -> StageTemplate[Any]:
    given: Any = value
    return value if isinstance(given, StageTemplate) else _TEMPLATE.model_validate(given)


def _written(template: StageTemplate[Any]) -> dict[str, Any]:
    return template.model_dump(mode="json", exclude_defaults=True)


_Template = Annotated[StageTemplate[Any], PlainValidator(_template), PlainSerializer(_written)]


class Diff(Frozen):
    """What is another in a new template. It is true when anything is, and yields the differences, the worst first.

    Its JSON form holds both templates as their files do, so that reading it back gives an equal one.
    """

    # the impact stands in the JSON form, and reading that form back works it out anew
    model_config = ConfigDict(extra="ignore")

    old: _Template
    new: _Template
    differences: tuple[Difference, ...]

    @computed_field
    @property
    def impact(self) -> Impact:
        """The worst impact of all; `none` where nothing differs."""
        return worst(each.impact for each in self.differences)

    def at_least(self, impact: Impact) -> tuple[Difference, ...]:
        """Return the differences of that impact and of worse ones. Raises ValueError for what is no impact."""
        if impact not in IMPACTS:
            raise ValueError(f"{impact!r} is no impact: one of {', '.join(IMPACTS)}")
        return tuple(each for each in self.differences if IMPACTS.index(each.impact) >= IMPACTS.index(impact))

    def plan(
        self,
        mapping: Mapping[str, str | None] | None = None,
        *,
        changes_outcome: Iterable[str] = (),
        ground: str | None = None,
    ) -> MigrationPlan:
        """Draft the migration of the deals in flight, as `salesflow.migration.drafted` does."""
        return drafted(self.old, self.new, mapping, changes_outcome=changes_outcome, ground=ground)

    def __bool__(self) -> bool:
        return bool(self.differences)

    def __len__(self) -> int:
        return len(self.differences)

    def __iter__(self) -> Iterator[Difference]:  # type: ignore[override]  # pydantic would yield fields
        return iter(self.differences)

    def __str__(self) -> str:
        return "\n".join(f"{each.impact}: {each}" for each in self.differences)


def diff(old: StageTemplate[Any], new: StageTemplate[Any]) -> Diff:
    """Tell everything that is another in `new`, each with what it means for deals that run through `old`.

    A stage is the same in both where its old id is known in the new template, as an id or an alias. Two templates
    are equal exactly when nothing is told. The worst impact is

    - `breaking` exactly where a record in flight may lose its place or a way: records are of another kind, an old id or
      alias is unknown or means another stage, a stage that was open, a hold, won or lost is something else, or `old`
      leads from one stage to another, whatever its rules ask, and `new` does not;
    - `in_flight` where it may get another answer, which is certain not to be so under
    - `new_only`, where what starts may;
    - `labels` or `none` exactly where both have one digest.

    >>> from salesflow.templates import get
    >>> diff(get("lead"), get("lead")).impact
    'none'
    """
    return Diff(old=old, new=new, differences=differences(old, new))


def markdown(found: Diff, *, language: Language | str = "") -> str:
    """Tell a diff as a page: a table for each impact, the worst first. `language` is as for `mermaid`."""
    return "\n\n".join([*page(found.old, found.new, found, _words(language))]) + "\n"


def mermaid(found: Diff, *, language: Language | str = "") -> str:
    """Draw both templates in one flowchart of Mermaid: what came is green, what went is red and dashed.

    `language` chooses words and labels, by its code as for `language_of`. As in `diagram.mermaid`, what follows from
    the policy is summed up.
    """
    chart = drawn(Pairs(found.old, found.new), _words(language))
    return "\n".join([*_mermaid.lines(chart), ""])


def _words(language: Language | str) -> Language:
    return language_of(language) if isinstance(language, str) else language
