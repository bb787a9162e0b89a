"""Forms: what pickle can find again."""

from __future__ import annotations

import sys
from functools import reduce
from typing import Any


def importable(thing: Any) -> bool:
    """Tell whether a class or a function is found under its name, as pickle asks; one made inside a function is not."""
    try:
        found: Any = reduce(getattr, thing.__qualname__.split("."), sys.modules[thing.__module__])
    except (AttributeError, KeyError):
        return False
    # a decorated rule is found under its name as the rule
    return thing in (found, getattr(found, "call", None))
