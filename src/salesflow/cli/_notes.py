"""Notes: what was not taken as it stood, in the reader's language."""

from __future__ import annotations

from salesflow._phrases import number
from salesflow.crm import Note
from salesflow.languages import Language


def noted(note: Note, words: Language) -> str:
    """Say a note on one line: what kind it is, how often, where and its code. Its text is kept in English alone."""
    line = words.text("note.line", {"kind": words.text(f"note.{note.kind}"), "text": note.text})
    if note.count > 1:
        line = words.text("note.times", {"line": line, "count": number(note.count, words.text)})
    place = f" @ {note.place}" if note.place else ""
    return f"{line}{place} [{note.code}]"
