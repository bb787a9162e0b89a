"""Both templates in one chart: what is in both, what came and what went."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from salesflow._chart import GROUP, START, Arrow, Box, Chart, News, chart_of
from salesflow._compared._pairs import Pairs
from salesflow.languages import Language


def drawn(pairs: Pairs, words: Language) -> Chart:
    """Draw up the new template, with what the old one had beside it."""
    old, new = (chart_of(each, record=None, rules=False, words=words) for each in (pairs.old, pairs.new))
    keys = _keys(pairs, old, new)
    gone = (replace(arrow, source=keys[arrow.source], target=keys[arrow.target]) for arrow in old.arrows)
    title = words.text("diff.title", {"old": old.title, "new": new.title})
    return replace(
        new,
        title=title,
        notes=tuple(_notes(old.notes, new.notes, words)),
        boxes=tuple(_boxes(pairs, old, new, words)),
        arrows=tuple(_arrows([*gone], new.arrows, words)),
    )


def _keys(pairs: Pairs, old: Chart, new: Chart) -> dict[str, str]:
    """Return what stands in the new chart for each key of the old one."""
    there = {box.stage.id: box.key for box in new.boxes}
    found = {box.key: there.get(pairs.now.get(box.stage.id, ""), _gone(box)) for box in old.boxes}
    return {**found, START: START, GROUP: GROUP}


def _gone(box: Box) -> str:
    return f"gone_{box.key}"


def _boxes(pairs: Pairs, old: Chart, new: Chart, words: Language) -> Iterator[Box]:
    """Yield the boxes of the new chart, each followed by those that stood behind it and are gone."""
    behind = _behind(pairs, old)
    yield from (_marked(box, "removed", words) for box in behind.get("", []))
    for box in new.boxes:
        yield box if box.stage.id in pairs.was else _marked(box, "added", words)
        yield from (_marked(each, "removed", words) for each in behind.get(box.stage.id, []))


def _behind(pairs: Pairs, old: Chart) -> dict[str, list[Box]]:
    """Return the boxes that are gone by the stage, as it is called now, that stood before them; none for the first."""
    found: dict[str, list[Box]] = {}
    before = ""
    for box in old.boxes:
        before = pairs.now.get(box.stage.id, before)
        if box.stage.id not in pairs.now:
            found.setdefault(before, []).append(replace(box, key=_gone(box)))
    return found


def _marked(box: Box, news: News, words: Language) -> Box:
    return replace(box, news=news, remark=" · ".join(filter(None, (box.remark, _said(news, words)))))


def _said(news: News, words: Language) -> str:
    return words.text("chart.new" if news == "added" else "chart.gone")


def _arrows(old: Iterable[Arrow], new: Iterable[Arrow], words: Language) -> Iterator[Arrow]:
    """Yield the arrows of the new chart, and then those of the old one that it has not."""
    before = {(arrow.source, arrow.target, arrow.kind): arrow for arrow in old if arrow.source != arrow.target}
    after = {(arrow.source, arrow.target, arrow.kind): arrow for arrow in new}
    for way, arrow in after.items():
        yield arrow if way in before else _told(arrow, "added", words)
    for way, arrow in before.items():
        if way not in after:
            yield _told(arrow, "removed", words)


def _told(arrow: Arrow, news: News, words: Language) -> Arrow:
    return replace(arrow, news=news, text=(*arrow.text, _said(news, words)))


def _notes(old: tuple[str, ...], new: tuple[str, ...], words: Language) -> Iterator[str]:
    for note in dict.fromkeys((*new, *old)):
        news: News = "" if note in old and note in new else "added" if note in new else "removed"
        yield words.text("chart.news", {"text": note, "news": _said(news, words)}) if news else note
