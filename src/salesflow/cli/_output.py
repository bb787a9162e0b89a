"""Output: standard output, or a file that is there whole or not at all."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TextIO, cast

from salesflow.cli._bad_use import BadUse
from salesflow.cli._console import in_utf8
from salesflow.cli._source import STANDARD_INPUT


@contextmanager
def output(file: str | None, *, readers: Iterable[str] = (), programs: bool) -> Generator[TextIO]:
    """Give what is to be written to; a file takes its place once all is written. Raises BadUse.

    `readers` are the files that are read, which are not written over; `programs` says that the output is for programs.
    """
    if file is None:
        if programs:
            in_utf8()
        yield sys.stdout
        return
    check(file, readers)
    with _beside(Path(file)) as stream:
        yield stream


def check(file: str, readers: Iterable[str]) -> None:
    """Raise BadUse where a file that is read would be written over."""
    for each in readers:
        if each != STANDARD_INPUT and Path(each).resolve() == Path(file).resolve():
            raise BadUse("output.read", file=file)


@contextmanager
def _beside(file: Path) -> Generator[TextIO]:
    try:
        stream = NamedTemporaryFile(  # noqa: SIM115 - closed below, before it is renamed
            "w", encoding="utf-8", newline="\n", dir=file.parent, prefix=f".{file.name}.", delete=False
        )
    except (OSError, ValueError) as error:
        raise BadUse("new.unwritable", file=str(file), why=getattr(error, "strerror", None) or error) from None
    done = False
    try:
        with stream:
            yield cast("TextIO", stream)
        done = True
    finally:
        if not done:
            Path(stream.name).unlink()
    _renamed(Path(stream.name), file)


def _renamed(made: Path, file: Path) -> None:
    try:
        # temporary files are their owner's alone; this one is as any other that the command might have made
        mask = os.umask(0)
        os.umask(mask)
        made.chmod(0o666 & ~mask)
        made.replace(file)
    except OSError as error:
        made.unlink()
        raise BadUse("new.unwritable", file=str(file), why=error.strerror) from None
