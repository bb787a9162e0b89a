"""Files: which of them hold a template, and their bytes or why they cannot be read."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Literal

from salesflow._phrases import names
from salesflow._trees import refuse, shown

CODES: dict[str, str] = {
    "file.name": "what was given names no file",
    "file.kind": "the ending of the name is not one that is read",
    "file.missing": "there is no such file",
    "file.irregular": "it is a folder, a pipe or a device",
    "file.denied": "the file may not be read",
    "file.unreadable": "the file could not be read",
}
"""Every code of a problem found here, and what it means."""

FORMS: dict[str, Literal["json", "toml", "yaml"]] = {".json": "json", ".toml": "toml", ".yaml": "yaml", ".yml": "yaml"}
"""The form of a template by the ending of its file."""


def named(path: object) -> Path:
    """Return the file of a template that a path names. Raises LoadError."""
    try:
        file = Path(os.fsdecode(path))  # type: ignore[arg-type]
    except TypeError:
        refuse(shown(repr(path)), "file.name", type=type(path).__name__)
    if file.suffix.casefold() not in FORMS:
        endings = names(FORMS, quoted=True)
        refuse(shown(str(file)), "file.kind", advises="file.kind", ending=shown(file.suffix), endings=endings)
    return file


def form_of(file: Path) -> Literal["json", "toml", "yaml"]:
    """Return the form in which a file is written."""
    return FORMS[file.suffix.casefold()]


def read(file: Path, *, most: int) -> bytes:
    """Return the bytes of a file, at most one more than allowed. Raises LoadError."""
    place = shown(str(file))
    try:
        # to open a pipe is to wait for its writer, for ever
        if not stat.S_ISREG(file.stat().st_mode):
            refuse(place, "file.irregular")
        with file.open("rb") as opened:
            return opened.read(most + 1)
    except FileNotFoundError:
        refuse(place, "file.missing")
    except PermissionError:
        refuse(place, "file.denied")
    except (OSError, ValueError) as error:
        refuse(place, "file.unreadable", error=shown(str(error)))
