"""Payloads: the files of a system, read and told apart, each part with the file that it came from."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from salesflow._json import read_json
from salesflow._trees import ABSENT, Limits, child, path_of, shown
from salesflow.cli._bad_use import BadUse
from salesflow.cli._csvlog import Rows
from salesflow.cli._jsonlines import Objects
from salesflow.cli._kinds import EMPTY, MARKS, UNUSED, by_deal, kind_of, signed
from salesflow.cli._source import MOST_BYTES, Source, whole
from salesflow.crm import Log, Note, Reading
from salesflow.errors import LoadError
from salesflow.values import is_listing, is_mapping

T = TypeVar("T", Log, Reading[Any])

LIMITS = Limits(bytes=MOST_BYTES, values=20_000_000, depth=64)
"""How much a file in JSON may hold."""


class Page(NamedTuple):
    """An answer or a row, and where it stood."""

    value: Any
    file: str
    inside: str = ""
    """Empty where it is all of the file."""


@dataclass(slots=True)
class Payload:
    """The answers of one kind, as a reader takes them, and where each part of them stood."""

    pages: list[Page] = field(default_factory=list[Page])

    @property
    def value(self) -> Any:
        """What a reader takes: the one answer that there is, or a list of all."""
        return self.pages[0].value if self._alone else [page.value for page in self.pages]

    @property
    def _alone(self) -> bool:
        return len(self.pages) == 1 and not self.pages[0].inside

    @property
    def parts(self) -> Parts:
        """Where each part stood."""
        if self._alone:
            return {"": self.pages[0]}
        return {f"[{place}]": page for place, page in enumerate(self.pages)}


Parts = Mapping[str, Page]
"""The pages of a value, by how the places of what is in them begin."""

_FIRST = re.compile(r"(?:\w+|\['[^']*'\])?\[\d+\]", re.ASCII)


def told(read: Callable[[], T], *several: Parts) -> T:
    """Read, and name the files that places are in. Raises BadUse."""
    try:
        found = read()
    except LoadError as error:
        raise BadUse("payload.invalid", why=_named(error, several)) from None
    notes = tuple(note.model_copy(update={"place": _written(note.place, several)}) for note in found.report.notes)
    return replace(found, report=found.report.model_copy(update={"notes": notes}))


def _named(error: LoadError, several: Sequence[Parts]) -> LoadError:
    """Return an error with its files: it is about a payload, or about a pipeline at some place in one."""
    if not error.place.startswith("the payload of "):
        return LoadError(_written(error.place, several), error.problems)
    places = [_placed(problem.path, several) for problem in error.problems]
    problems = (
        problem.model_copy(update={"path": path}) for problem, (_, path) in zip(error.problems, places, strict=True)
    )
    files = [file for file, _ in places if file] or [page.file for parts in several for page in parts.values()]
    return LoadError(", ".join(dict.fromkeys(files)), tuple(problems))


def _written(place: str, several: Sequence[Parts]) -> str:
    """Return a place with its file."""
    file, inside = _placed(place, several)
    return f"{file}: {inside}" if file and inside else file or inside


def _placed(path: str, several: Sequence[Parts]) -> tuple[str, str]:
    """Return the file and the place in it; no file where the path does not tell it."""
    if not path:
        files = {page.file for parts in several for page in parts.values()}
        return (files.pop() if len(files) == 1 else ""), path
    begins = _FIRST.match(path)
    known = [parts[begins[0]] for parts in several if begins and begins[0] in parts]
    if begins and len(known) == 1:
        return known[0].file, f"{known[0].inside}{path[begins.end() :]}".removeprefix(".")
    whole_files = [parts[""] for parts in several if "" in parts and _leads_somewhere(parts[""].value, path)]
    return (whole_files[0].file if len(whole_files) == 1 else ""), path


_STEP = re.compile(r"\['([^']*)'\]|\[(\d+)\]|(\w+)", re.ASCII)


def _leads_somewhere(value: Any, path: str) -> bool:
    """Tell whether there is such a place in a value; the last step may be what is missing there."""
    for quoted, place, name in _STEP.findall(path)[:-1]:
        value = child(value, int(place) if place else quoted or name)
    return value is not ABSENT


Given = Mapping[str, Payload]
"""What was given of a system, by kind."""


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a system, read."""

    system: str
    given: Given
    notes: tuple[Note, ...]
    """On what was given and is not used."""


def read_files(files: Sequence[str], system: str, *, name: str, delimiter: str) -> Files:
    """Read the files of a system, and tell them apart. Raises BadUse."""
    given: dict[str, Payload] = {}
    notes: list[Note] = []
    for file in files:
        pages = list(_pages(file, delimiter))
        for kind, several in _by_kind(pages, system, name).items():
            if kind in {UNUSED, EMPTY}:
                notes.append(_unused(file, len(several), kind))
            else:
                given.setdefault(kind, Payload()).pages.extend(several)
    return Files(system, given, tuple(notes))


def _unused(file: str, count: int, kind: str) -> Note:
    if kind == EMPTY:
        return Note(code="payload.empty", kind="odd", place=file, text="an answer that lists nothing", count=count)
    text = "what tells neither stages nor a history is not read"
    return Note(code="payload.other", kind="dropped", place=file, text=text, count=count)


def _by_kind(pages: list[Page], system: str, name: str) -> dict[str, list[Page]]:
    found: dict[str, list[Page]] = {}
    for page in pages:
        kind = "keyed" if system == "pipedrive" and by_deal(page.value) else kind_of(page.value, MARKS[system])
        others = signed(page.value) if not kind or page is pages[0] else frozenset[str]()
        if not kind or (others and system not in others):
            raise _other(page, name, others - {system})
        found.setdefault(kind, []).append(page)
    return found


def _other(page: Page, name: str, others: Collection[str]) -> BadUse:
    place = f" @ {page.inside}" if page.inside else ""
    like = ", ".join(f"--from {each}" for each in sorted(others))
    return BadUse("payload.other", file=page.file, place=place, system=name, why=_looks(page.value), like=like)


def _looks(value: Any) -> str:
    """Say what somebody sees who looks at it: its fields, and what it says of an error."""
    if not is_mapping(value):
        return f"a {'list' if is_listing(value) else 'document' if isinstance(value, str) else 'value'}"
    said = [value[key] for key in ("message", "error_description", "error") if isinstance(value.get(key), str)]
    fields = ", ".join(repr(shown(str(key), 40)) for key in list(value)[:12])
    return f"{fields}{''.join(f': {shown(text, 200)}' for text in said[:1])}"


# -- forms --------------------------------------------------------------------------------------------------


def _pages(file: str, delimiter: str) -> Iterator[Page]:
    """Yield the answers or rows of a file, in whatever form it is."""
    text = whole(file)
    start = text[:1000].removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if not start:
        raise BadUse("file.empty", file=file)
    if Path(file).suffix.casefold() in {".jsonl", ".ndjson"}:
        yield from _lines(file, text)
    elif start in b"[{":
        yield from _json(file, text)
    elif start == b"<":
        yield Page(_text(file, text), file)
    else:
        yield from _rows(file, text, delimiter)


def _json(file: str, text: bytes) -> Iterator[Page]:
    try:
        tree = read_json(text, place=file, limits=LIMITS)
    except LoadError as error:
        raise BadUse("payload.invalid", why=error) from None
    if is_listing(tree):
        yield from _listed(tree, file, "")
    else:
        yield Page(tree, file)


def _listed(several: Sequence[Any], file: str, before: str) -> Iterator[Page]:
    """Yield what lies in a list, and in lists in it, as when answers that are lists are put in one."""
    for place, each in enumerate(several):
        inside = f"{before}[{place}]"
        if is_listing(each) and not before:
            yield from _listed(each, file, inside)
        else:
            yield Page(each, file, inside)


def _text(file: str, text: bytes) -> str:
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        why = f"the byte 0x{text[error.start]:02X} at position {error.start} is not UTF-8"
        raise BadUse("file.unreadable", file=file, why=why) from None


def _rows(file: str, text: bytes, delimiter: str) -> Iterator[Page]:
    source = Source(BytesIO(text))
    rows = Rows(TextIOWrapper(source, encoding="utf-8-sig", newline=""), source, file, delimiter)
    for number, row in enumerate(rows, 1):
        if None in row:
            raise BadUse("csv.cells", file=file, row=number)
        yield Page(row, file, f"row {number}")
    rows.check()


def _lines(file: str, text: bytes) -> Iterator[Page]:
    source = Source(BytesIO(text))
    rows = Objects(TextIOWrapper(source, encoding="utf-8-sig", newline="\n"), source, file)
    yield from (Page(row, file, f"line {number}") for number, row in enumerate(rows, 1))
    rows.check()


# -- deals by the names of files ----------------------------------------------------------------------------


def deal_named(page: Page) -> str:
    """Return the deal that a file is named after: 120 for `deal-120.json` and `deal-120.2.json`; empty for others."""
    found = re.match(r"deal-(\d+)(?!\d)", Path(page.file).name, re.ASCII)
    return found[1] if found else ""


def keyed(several: Iterable[tuple[str, Page]]) -> tuple[dict[str, list[Any]], Parts]:
    """Return answers by their deals, and where each stood."""
    answers: dict[str, list[Any]] = {}
    parts: dict[str, Page] = {}
    for deal, page in several:
        before = answers.setdefault(deal, [])
        parts[path_of((deal, len(before)))] = page
        before.append(page.value)
    return answers, parts
