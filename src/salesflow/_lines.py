"""Lines: where in a file the places of problems stand, for editors to go there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from salesflow import _json, _toml, _yaml
from salesflow._trees import Parts, path_of

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
    wanted = [[] if line else _around(path) for path, line in zip(paths, told, strict=True)]
    found = _found(text, {each for around in wanted for each in around}, form) if any(wanted) else {}
    return [line or _nearest(around, found) for line, around in zip(told, wanted, strict=True)]


def _told(path: str) -> int | None:
    named = re.match(r"line (\d+)", path)
    return int(named[1]) if named else None


# places are compared as `_trees.path_of` writes them: a key that it cut or escaped cannot be read from what it wrote
def _around(path: str) -> list[str]:
    """Return a path and those of all that it lies in, from within."""
    ends = [found.start() for found in re.finditer(r"[.\[]", path) if found.start()]
    return [path, *(path[:end] for end in reversed(ends))] if path else []


def _found(text: bytes, asked: set[str], form: str) -> dict[str, int]:
    first: dict[str, int] = {}
    found: dict[str, int] = {}
    written: dict[Parts, str] = {(): ""}
    for parts, line in _OUTLINES[form](text.decode("utf-8-sig")):
        for new in _written(parts, written):
            first.setdefault(new, line)
        if written[parts] in asked:
            found[written[parts]] = line
    # in TOML what lies around a table may never be written: it begins where the first thing in it does
    return first | found


def _written(parts: Parts, written: dict[Parts, str]) -> list[str]:
    """Write a place and what lies around it, each once, and return what is new."""
    if parts in written:
        return []
    new = _written(parts[:-1], written)
    # after a part of nothing, so that its dot stays where one belongs
    end = path_of(("", parts[-1])).removeprefix("['']")
    written[parts] = f"{written[parts[:-1]]}{end}" if len(parts) > 1 else path_of(parts)
    return [*new, written[parts]]


def _nearest(around: list[str], found: dict[str, int]) -> int | None:
    return next((found[path] for path in around if path in found), None)
