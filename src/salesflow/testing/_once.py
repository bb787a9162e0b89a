"""Once: what is worked out of a template is kept, for that very object."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from salesflow import StageTemplate

P = ParamSpec("P")
T = TypeVar("T")
_Of = Callable[Concatenate[StageTemplate[Any], P], T]


def once(most: int) -> Callable[[_Of[P, T]], _Of[P, T]]:
    """Keep so many of a function's answers.

    By identity: equal templates may be bound to other rules in Python, which equality does not look at.
    """

    def keeping(work_out: _Of[P, T]) -> _Of[P, T]:
        kept: dict[tuple[Any, ...], tuple[StageTemplate[Any], T]] = {}

        @wraps(work_out)
        def found(template: StageTemplate[Any], /, *args: P.args, **more: P.kwargs) -> T:
            key = (id(template), *args, *more.items())
            if key not in kept:
                if len(kept) >= most:
                    del kept[next(iter(kept))]
                # with the template, so that its id is given to no other
                kept[key] = template, work_out(template, *args, **more)
            return kept[key][1]

        return found

    return keeping
