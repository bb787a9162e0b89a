"""Sources: the bytes of a file, or of standard input, and how far they have been read."""

from __future__ import annotations

from collections.abc import Iterable
from io import BufferedReader, FileIO
from pathlib import Path

from salesflow.cli._bad_use import BadUse, unopened

STANDARD_INPUT = "-"

MOST_BYTES = 256 * 1024 * 1024
"""Larger files are not held whole: a log of that size belongs in rows, which are read one by one."""


class Source(BufferedReader):
    """A file of bytes that knows how many were read, also where it cannot be told its place: in a pipe."""

    read_so_far = 0

    def read1(self, size: int = -1, /) -> bytes:
        """Read what is there, and count it."""
        chunk = super().read1(size)
        self.read_so_far += len(chunk)
        return chunk


def source_of(file: str) -> Source:
    """Open a file, or standard input. Raises BadUse."""
    try:
        return Source(FileIO(0, closefd=False) if file == STANDARD_INPUT else FileIO(file))
    except OSError as error:
        raise unopened(file, error) from None


def size_of(files: Iterable[str]) -> int:
    """Return how many bytes files have that can be read again; 0 where one cannot, such as a pipe."""
    several = [Path(file) for file in files]
    return sum(file.stat().st_size for file in several) if all(file.is_file() for file in several) else 0


def whole(file: str) -> bytes:
    """Return all bytes of a file, or of standard input. Raises BadUse."""
    with source_of(file) as source:
        try:
            text = source.read(MOST_BYTES + 1)
        except OSError as error:
            raise unopened(file, error) from None
    if len(text) > MOST_BYTES:
        raise BadUse("file.large", file=file, most=MOST_BYTES // 2**20)
    return text
