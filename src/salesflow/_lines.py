"""Lines: where in a file the places of problems stand, for editors to go there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from salesflow import _json, _toml, _yaml
from salesflow._trees import Parts

_OUTLINES: dict[str, Callable[[str], Iterator[tuple[Parts, int]]]] = {
    "json": _json.outline,
    "toml": _toml.outline,
    "yaml": _yaml.outline,
}


def lines_of(text: bytes, paths: Sequence[str], *, form: str) -> list[int | None]:
    """Return for each path of a problem the line where it stands, from 1: of what lies around it where it is not there.

    None for the whole file. The text is one that could be read, unless all paths name a line themselves.
    """
    told = [_told(path) for path in paths]
    wanted = [() if line else _parts(path) for path, line in zip(paths, told, strict=True)]
    found = _found(text, wanted, form) if any(wanted) else {}
    return [line or _nearest(parts, found) for line, parts in zip(told, wanted, strict=True)]


def _told(path: str) -> int | None:
    named = re.match(r"line (\d+)", path)
    return int(named[1]) if named else None


# as `_trees.path_of` writes a place
_PART = re.compile(r"\[(\d+)\]|\.?([A-Za-z_]\w*)|\['([^']*)'\]", re.ASCII)


def _parts(path: str) -> Parts:
    parts: Parts = ()
    at = 0
    while part := _PART.match(path, at):
        parts = (*parts, int(part[1]) if part[1] else part[2] or part[3])
        at = part.end()
    return parts


def _found(text: bytes, wanted: Sequence[Parts], form: str) -> dict[Parts, int]:
    asked = {parts[:length] for parts in wanted for length in range(1, len(parts) + 1)}
    found: dict[Parts, int] = {}
    for parts, line in _OUTLINES[form](text.decode("utf-8-sig")):
        if parts in asked:
            found[parts] = line
        # in TOML what lies around a table may never be written: it begins where the first thing in it does
        for around in asked.intersection(parts[:length] for length in range(1, len(parts))):
            found.setdefault(around, line)
    return found


def _nearest(parts: Parts, found: dict[Parts, int]) -> int | None:
    return next((found[parts[:length]] for length in range(len(parts), 0, -1) if parts[:length] in found), None)
