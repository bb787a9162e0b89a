"""Templates: what may happen to a record. Stages, moves, rules, and the answers that follow from them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any, Generic, TypeVar, cast

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer

from salesflow import _judge
from salesflow._compile import Table
from salesflow._digest import digest
from salesflow._enter import adopted, replayed, started, updated
from salesflow._fields import has_path
from salesflow._judge import Request
from salesflow._quick import Court, Quick, quick_move, quick_way
from salesflow._soundness import Parts, contradictions, placed_rules
from salesflow.errors import MoveRefused, TemplateError
from salesflow.history import Change, TemplateRef
from salesflow.moves import Move, Policy
from salesflow.qualification import FOUR_CRITERIA, Framework
from salesflow.records import KINDS, Record
from salesflow.rules import Path, PythonRule, parts, reads, walk
from salesflow.stage import Stage
from salesflow.values import Actor, Frozen, FrozenMap, Id, Prose, Text, shown
from salesflow.verdict import Problem, Verdict, problem

__all__ = ["MAX_STAGES", "StageTemplate"]

R = TypeVar("R", bound=Record)
S = TypeVar("S", bound=Record)

MAX_STAGES = 256

NONE: tuple[str, ...] = ()
"""No override: the same object in every call, so that it is told from others at a glance."""


def _class_of(value: object) -> object:
    return KINDS.get(value, value) if isinstance(value, str) else value


def _moved(cls: type[R]) -> type[R]:
    if getattr(cls, "kind", None) not in KINDS:
        raise ValueError(f"a template moves Lead, Opportunity, Customer or a subclass, not {cls.__name__}")
    if "kind" in cls.model_fields:
        raise ValueError(f"{cls.__name__} has a field 'kind', and that says what a template moves: call it otherwise")
    computed = ", ".join(cls.model_computed_fields)
    if computed and cls.model_config.get("extra") != "ignore":
        raise ValueError(f"{cls.__name__} writes {computed} to JSON and could not read that back: make it a property")
    return cls


def _kind_of(cls: type[Record]) -> str:
    return cls.kind


class StageTemplate(Frozen, Generic[R]):
    """A process: its stages, the moves between them, and what each asks.

    Equality, hash and digest ignore what `bind` attaches: the record class and the functions of rules in Python.
    """

    __slots__ = ("_court", "_quick")

    id: Id
    """The name of the process, which records keep."""
    version: Id
    """The version of the definition: a change of what may happen takes a new one."""
    record: Annotated[
        type[R], BeforeValidator(_class_of), AfterValidator(_moved), PlainSerializer(_kind_of, return_type=str)
    ]
    """The class that it moves; in files its kind: `lead`, `opportunity`, `customer`."""
    stages: tuple[Stage, ...] = Field(min_length=1, max_length=MAX_STAGES)
    """The steps, in their order."""
    moves: tuple[Move, ...] = Field(default=(), max_length=MAX_STAGES * MAX_STAGES)
    """Declared ways between stages, beside those that the policy gives."""
    policy: Policy = Policy.model_construct()
    """Which ways follow from the order of the stages."""
    framework: Framework = FOUR_CRITERIA
    """The criteria that `qualified` rules name; need, value, budget and authority where none is given."""
    label: Text = ""
    """What people read; the id where there is none."""
    labels: FrozenMap[Text] = FrozenMap[Text]()
    """The label by language: `{"fr": "Ventes"}`."""
    description: Prose = ""
    """What the process is for."""
    host_fields: tuple[Path, ...] = Field(default=(), max_length=1024)
    """The fields of the host's own class that rules read, which the built-in class of that kind does not have."""

    if TYPE_CHECKING:
        _court: Court
        _quick: Quick

        # spelt out, since pydantic's mypy plug-in would type `record` as Any and lose the host's own class
        def __init__(  # noqa: PLR0913 - one argument a field
            self,
            *,
            id: str,
            version: str,
            record: type[R],
            stages: Sequence[Stage],
            moves: Sequence[Move] = (),
            policy: Policy = ...,
            framework: Framework = ...,
            label: str = "",
            labels: Mapping[str, str] = ...,
            description: str = "",
            host_fields: Sequence[str] = (),
        ) -> None: ...

    def model_post_init(self, _context: Any, /) -> None:
        """Refuse contradictions, all at once. Raises TemplateError."""
        found = _read_by_host(self)
        object.__setattr__(self, "host_fields", tuple(dict.fromkeys((*self.host_fields, *found))))
        self._judged_by()

    def __getattr__(self, name: str) -> Any:
        if name not in StageTemplate.__slots__:
            parent: Any = super()
            return parent.__getattr__(name)
        # copies have fields and no slots: work the table out anew
        court = _court_of(self)
        object.__setattr__(self, "_court", court)
        object.__setattr__(self, "_quick", court.quick)
        return getattr(self, name)

    def _judged_by(self) -> Court:
        return self._court

    @property
    def ref(self) -> TemplateRef:
        """Id, version and digest: what a record and its changes refer to."""
        return self._judged_by().ref

    def stage(self, name: str) -> Stage:
        """Return the stage of that id or alias. Raises KeyError."""
        table = self._judged_by().table
        return table.stages[table.canonical[name]]

    def check(
        self,
        record: R,
        *,
        to: str,
        at: datetime,
        by: Actor | None = None,
        update: Mapping[str, Any] | None = None,
        ground: str | None = None,
        override: Collection[str] = NONE,
    ) -> Verdict:
        """Say whether the record may go to a stage now, and every reason why not. Never raises.

        A record that is not started is judged on starting there. `update` holds fields to set in the same step.
        """
        if update is None and ground is None and override is NONE:
            way = self._quick(record, to, at, by)
            if way is not None:
                return way.allowed
        return _judge.judge(self._court, record, Request(to, at, by, update, ground, override)).verdict

    def options(
        self,
        record: R,
        *,
        at: datetime,
        by: Actor | None = None,
        update: Mapping[str, Any] | None = None,
        ground: str | None = None,
        override: Collection[str] = NONE,
    ) -> dict[str, Verdict]:
        """Return what `check` says of every stage, by stage id in the order of the template."""
        ids = [stage.id for stage in self.stages]
        return {
            id: self.check(record, to=id, at=at, by=by, update=update, ground=ground, override=override) for id in ids
        }

    def move(
        self,
        record: R,
        *,
        to: str,
        at: datetime,
        by: Actor | None = None,
        update: Mapping[str, Any] | None = None,
        ground: str | None = None,
        override: Collection[str] = NONE,
    ) -> R:
        """Return the record moved, with the change at the end of its history. Raises MoveRefused."""
        court = self._court
        if ground is None and override is NONE:
            moved = quick_move(court, record, to, at, by, update)
            if moved is not None:
                return moved
        ruling = _judge.judge(court, record, Request(to, at, by, update, ground, override))
        if ruling.moved is None:
            raise MoveRefused(record, ruling.verdict)
        return ruling.moved

    def start(
        self,
        record: R,
        *,
        at: datetime,
        by: Actor | None = None,
        to: str | None = None,
        update: Mapping[str, Any] | None = None,
        ground: str | None = None,
    ) -> R:
        """Return the record in the stage where it starts: the first one that the policy names, or `to`.

        Raises MoveRefused, also for a record that is started already.
        """
        court = self._judged_by()
        first = court.table.starts[0] if to is None else to
        return started(court, record, Request(first, at, by, update, ground))

    def adopt(
        self,
        record: R,
        *,
        stage: str,
        at: datetime,
        by: Actor | None = None,
        left: str | None = None,
        ground: str | None = None,
    ) -> R:
        """Return a record that sits in a stage already, taken over as it is: no rule is asked.

        `left` is the open stage that a held or closed record came from. Unknown, a held record is judged as if it had
        left the first stage, and the reopening of a closed one as if it had passed none. Raises MoveRefused.
        """
        return adopted(self._judged_by(), record, Request(stage, at, by, ground=ground), left)

    def update(
        self,
        record: R,
        values: Mapping[str, Any],
        *,
        at: datetime,
        by: Actor | None = None,
        ground: str | None = None,
    ) -> R:
        """Return the record with fields set and an `updated` change in its history. Raises MoveRefused."""
        return updated(self._judged_by(), record, Request(None, at, by, values, ground))

    def replay(self, record: R, changes: Iterable[Change], *, earlier: Iterable[StageTemplate[Any]] = ()) -> R:
        """Return the record after changes that were recorded earlier; no rule is asked.

        A record that holds nothing but its id and its whole history gives back the record itself. `earlier` holds the
        templates that the record ran through before it was migrated to this one. Raises HistoryError where a change
        does not leave where the last one arrived, or a migration comes from a template that is not given.
        """
        return replayed(self._judged_by(), record, changes, [each._judged_by() for each in earlier])  # noqa: SLF001

    def bind(self, record: type[S], *, rules: Iterable[PythonRule] = ()) -> StageTemplate[S]:
        """Return the same template for a class of the host's own, with rules in Python given their functions.

        Raises TemplateError where the class is of another kind or lacks fields that rules read.
        """
        return _bound(self, record, {_name_of(rule): rule for rule in rules})

    def _repr_svg_(self) -> str:
        """Return the picture that a notebook shows."""
        # by name and on use: diagrams stand above templates, which neither know nor load them
        drawn: str = import_module("salesflow.diagram").svg(self)
        return drawn

    def __reduce__(self) -> tuple[Any, ...]:
        return _unpickled, (dict(self), self.model_fields_set)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StageTemplate) and _identity(self) == _identity(other)

    def __hash__(self) -> int:
        return hash(self.ref)


def _identity(template: Any) -> tuple[object, ...]:
    unbound = {"record", "host_fields"}
    fields = (getattr(template, name) for name in StageTemplate.model_fields if name not in unbound)
    return (template.record.kind, *fields)


def _read_by_host(template: StageTemplate[Any]) -> list[str]:
    cls, built_in = template.record, KINDS[template.record.kind]
    paths = (path for _, rule in placed_rules(template.stages, template.moves) for path in reads(rule))
    return [path for path in paths if has_path(cls, path) and not has_path(built_in, path)]


def _court_of(template: StageTemplate[Any]) -> Court:
    stages, moves, policy, framework = template.stages, template.moves, template.policy, template.framework
    found = contradictions(Parts(stages, moves, policy, framework, template.record, template.host_fields))
    if found:
        raise TemplateError(template.id, found)
    ref = TemplateRef(template.id, template.version, digest(template))
    cls: type[Record] = template.record
    table = Table(stages, moves, policy, framework, cls.model_fields)
    return Court(table, ref, cls, quick_way(table, ref, cls))


# -- binding ------------------------------------------------------------------------------------------------


_PLAIN = cast("type[StageTemplate[Any]]", StageTemplate)
"""The class itself: one made for a type argument at run time could not be pickled."""


def _unpickled(fields: dict[str, Any], fields_set: set[str]) -> StageTemplate[Any]:
    return _PLAIN.model_construct(fields_set, **fields)


def _bound(template: StageTemplate[Any], cls: type[S], rules: Mapping[str, PythonRule]) -> StageTemplate[S]:
    problems = tuple(_misfits(template, cls, rules))
    if problems:
        raise TemplateError(template.id, problems)
    fields = dict(template)
    fields["record"] = cls
    fields["stages"] = tuple(_with_functions(stage, rules) for stage in template.stages)
    fields["moves"] = tuple(_with_functions(move, rules) for move in template.moves)
    return cast("StageTemplate[S]", _PLAIN.model_validate(fields))


def _name_of(rule: Any) -> str:
    return rule.name if isinstance(rule, PythonRule) else shown(rule)


def _misfits(template: StageTemplate[Any], cls: Any, rules: Mapping[str, Any]) -> Iterator[Problem]:
    wanted = template.record.kind
    fits = isinstance(cls, type) and issubclass(cls, Record) and getattr(cls, "kind", None) == wanted
    if not fits:
        yield problem("record.kind", "record", wanted=wanted)
    for path in template.host_fields if fits else ():
        if not has_path(cast("type[Record]", cls), path):
            yield problem("field.unknown", "record", why="class", type=cls.__name__, name=path)
    known = {rule.name for rule in python_rules(template)}
    for name in rules:
        if name not in known:
            yield problem("rule.unknown", "rules", name=name)


def python_rules(template: StageTemplate[Any]) -> list[PythonRule]:
    """Return the rules in Python of a template, in its order."""
    placed = placed_rules(template.stages, template.moves)
    return [each for _, rule in placed for each in walk(rule) if isinstance(each, PythonRule)]


def _with_functions(holder: Any, rules: Mapping[str, PythonRule]) -> Any:
    return holder.model_copy(update={"rules": tuple(_with_function(each, rules) for each in holder.rules)})


def _with_function(rule: Any, rules: Mapping[str, PythonRule]) -> Any:
    if isinstance(rule, PythonRule):
        made = rules.get(rule.name)
        return rule.model_copy(update={"call": made.call, "reads": made.reads, "text": made.text}) if made else rule
    if parts(rule):
        return rule.model_copy(update={"rules": tuple(_with_function(each, rules) for each in parts(rule))})
    return rule
