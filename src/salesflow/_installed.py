"""Installed plug-ins: which there are, told by metadata alone, and what one gives once it is asked for by its name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import metadata
from typing import Any, Generic, TypeVar, cast

from pydantic import ConfigDict, TypeAdapter, ValidationError

from salesflow._nearest import nearest
from salesflow._phrases import Phrase, names, phrase, spoken
from salesflow.errors import LoadError
from salesflow.rules import PythonRule
from salesflow.template import StageTemplate
from salesflow.values import Id, said_by, shown
from salesflow.verdict import Problem, problem

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Group(Generic[T]):
    """A group of entry points: of which class its objects are, and which of their fields is the name."""

    id: str
    cls: type[T]
    noun: str
    named_by: str


TEMPLATES = Group("salesflow.templates", cast("type[StageTemplate[Any]]", StageTemplate), "template", "id")
RULES = Group("salesflow.rules", PythonRule, "rule", "name")


@dataclass(frozen=True, slots=True, order=True)
class Plugin:
    """What an installed distribution says that it offers. Nothing of it is imported yet."""

    name: str
    distribution: str
    object: str
    """Where it lies, as `module:attribute`."""

    def __str__(self) -> str:
        return spoken(self.phrase)

    @property
    def phrase(self) -> Phrase:
        """What it is called in any language."""
        return phrase("plugin.of", object=shown(self.object), distribution=shown(self.distribution))


# -- which there are ----------------------------------------------------------------------------------------

_id: TypeAdapter[str] = TypeAdapter(Id, config=ConfigDict(defer_build=True))


def installed(group: Group[Any]) -> tuple[Plugin, ...]:
    """Return what is offered in a group, by name, without importing any of it.

    Left out is what could never be got: names that are no ids, and metadata that cannot be read.
    """
    distributions = {name for each in metadata.distributions() for name in _offering(each, group)}
    return tuple(sorted({plugin for name in distributions for plugin in _offered(name, group)}))


def _offering(distribution: metadata.Distribution, group: Group[Any]) -> list[str]:
    """Return the name of a distribution if it offers anything: the names of all would take long to read."""
    try:
        return [distribution.name] if distribution.entry_points.select(group=group.id) else []
    except Exception:  # noqa: BLE001 - the metadata of one distribution may be broken in any way, and hides no other
        return []


def _offered(distribution: str, group: Group[Any]) -> Iterator[Plugin]:
    try:
        # asked for by name, since one that is on the path twice counts once: where Python finds it first
        first = metadata.distribution(distribution)
        offered = [(_as_id(entry.name), first.name, entry.value) for entry in first.entry_points.select(group=group.id)]
    except Exception:  # noqa: BLE001 - the same
        return
    for name, bringer, found in offered:
        if name:
            yield Plugin(name, bringer, found)


def _as_id(name: str) -> str | None:
    try:
        return _id.validate_python(name)
    except ValidationError:
        return None


# -- one of them --------------------------------------------------------------------------------------------


def load(name: str, group: Group[T], plugins: Iterable[Plugin]) -> T:
    """Import what one of the plug-ins offers under a name, and return it. Raises LoadError.

    What the import itself raises is its `__cause__`; what is no Exception, such as KeyboardInterrupt, passes.
    """
    claims = [plugin for plugin in plugins if plugin.name == name]
    if len(claims) != 1:
        raise _refusal(name, group, _claimed(claims, group) if claims else _missing(name, group, plugins))
    (plugin,) = claims
    try:
        found = _imported(plugin, group)
    except Exception as error:
        raise _refusal(name, group, _failed(plugin, error)) from error
    problem = _misfit(plugin, group, found)
    if problem:
        raise _refusal(name, group, problem)
    return cast("T", found)


def _imported(plugin: Plugin, group: Group[Any]) -> object:
    entry = metadata.EntryPoint(plugin.name, plugin.object, group.id)
    if not entry.pattern.match(entry.value):
        raise ValueError("an entry point is written as 'module:attribute'")
    return entry.load()


def _refusal(name: object, group: Group[Any], problem: Problem) -> LoadError:
    return LoadError(phrase(f"place.{group.noun}", name=ascii(name)[:128]), (problem,))


def _missing(name: object, group: Group[Any], plugins: Iterable[Plugin]) -> Problem:
    near = nearest(name, [plugin.name for plugin in plugins]) if isinstance(name, str) else None
    advises: dict[str, Any] = {"advises": "near", "near": near} if near else {"advises": "plugin.unknown"}
    return problem("plugin.unknown", why=group.noun, group=group.id, **advises)


def _claimed(claims: list[Plugin], group: Group[Any]) -> Problem:
    plugins = names([each.phrase for each in claims], "and")
    return problem("plugin.twice", why=group.noun, advises="plugin.twice", plugins=plugins)


def _failed(plugin: Plugin, error: Exception) -> Problem:
    return problem("plugin.failed", plugin=plugin.phrase, error=said_by(error))


def _misfit(plugin: Plugin, group: Group[Any], found: object) -> Problem | None:
    # its own word for its class, which mocks and lazy objects make up, is not asked
    if not issubclass(type(found), group.cls):
        wanted, given = group.cls.__name__, shown(type(found).__name__)
        return problem("plugin.kind", plugin=plugin.phrase, wanted=wanted, given=given)
    if getattr(found, "call", found) is None:
        return problem("plugin.kind", why="unbound", advises="plugin.kind", plugin=plugin.phrase)
    own = getattr(found, group.named_by)
    if own != plugin.name:
        return problem("plugin.name", advises="plugin.name", plugin=plugin.phrase, field=group.named_by, own=own)
    return None
