"""Systems: what somebody's CRM is asked, in plain values, so that it can be tested."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Literal, Protocol

Lack = Literal["versions", "keys", "reasons"]
"""What a CRM may have no notion of: tokens against stale writes, keys of requests, reasons of refusals."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Ask:
    """One request, as a form or an API would send it."""

    deal: str
    """Which deal; the id under which it is to be created."""
    to: str = ""
    """The stage to enter; empty where none is."""
    at: datetime
    """The time of the request, with its zone: never earlier than that of the request before."""
    by: str
    """Who asks."""
    roles: tuple[str, ...] = ()
    """What whoever asks may do."""
    fields: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Fields of the record to set in the same step, in their JSON form."""
    ground: str | None = None
    """The stated reason for an exception."""
    override: tuple[str, ...] = ()
    """The keys of rules to pass over."""
    version: Any = None
    """What `read` told as the version when whoever asks looked at the deal."""
    key: str = ""
    """The key of the request: the same again where it is sent a second time."""

    def __repr__(self) -> str:
        told = ((each.name, getattr(self, each.name)) for each in fields(self))
        given = ((name, value.isoformat() if isinstance(value, datetime) else value) for name, value in told)
        return f"Ask({', '.join(f'{name}={value!r}' for name, value in given if value)})"

    def _repr_pretty_(self, printer: Any, _cycle: bool, /) -> None:  # noqa: FBT001 - as pretty printers call it
        printer.text(repr(self))


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What a CRM tells of a deal; what is left out of `fields` or of a row of the history is not compared."""

    stage: str
    history: Sequence[Mapping[str, Any]]
    """A row for each move, the creation first: `target` and `at`, and as the CRM keeps them `kind`, `source`, `by`,
    `ground` and `overrode`. Updates are rows too where any has the kind `updated`."""
    fields: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Fields of the record, as objects or in their JSON form: `amount`, `closed_at`, and with a dot `loss.reason`."""
    version: Any = None
    """What changes whenever the deal does, and is sent back with the next request."""


Reasons = Sequence[str] | None
"""None where a request was done; the keys of all reasons where it was refused."""


class System(Protocol):
    """Somebody's CRM behind five methods. Where it has a method `close`, that is called when a walk is over."""

    def create(self, ask: Ask, /) -> Reasons:
        """Create a deal in the stage `ask.to`."""
        ...

    def move(self, ask: Ask, /) -> Reasons:
        """Move a deal, and set its fields, in one step or not at all."""
        ...

    def update(self, ask: Ask, /) -> Reasons:
        """Set fields of a deal without a move."""
        ...

    def read(self, deal: str, /) -> Seen:
        """Tell what is stored of a deal."""
        ...

    def options(self, ask: Ask, /) -> Collection[str]:
        """Tell every stage to which `move` would take the deal, asked just so."""
        ...
