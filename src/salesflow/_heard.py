"""Heard: what parsers, pydantic and values say of a file, recognised by its words to be said in any language."""

from __future__ import annotations

import re
from functools import cache
from string import Formatter
from typing import Any

HEARD: dict[str, str] = {
    # json
    "json.value": "expecting value",
    "json.key": "expecting property name enclosed in double quotes",
    "json.colon": "expecting ':' delimiter",
    "json.comma": "expecting ',' delimiter",
    "json.trailing": "illegal trailing comma before end of {where}",
    "json.open": "unterminated string starting at",
    "json.control": "invalid control character at",
    "json.control.named": "invalid control character {character} at",
    "json.unicode": "invalid \\uXXXX escape",
    "json.escape": "invalid \\escape",
    "json.escape.named": "invalid \\escape: {escape}",
    "json.more": "extra data",
    # tomllib
    "toml.value": "invalid value",
    "toml.statement": "invalid statement",
    "toml.newline": "expected newline or end of document after a statement",
    "toml.equals": "expected '=' after a key in a key/value pair",
    "toml.key": "invalid initial character for a key part",
    "toml.table": "expected ']' at the end of a table declaration",
    "toml.tables": "expected ']]' at the end of an array declaration",
    "toml.array": "unclosed array",
    "toml.inline": "unclosed inline table",
    "toml.open": "unterminated string",
    "toml.escape": "unescaped '\\' in a string",
    "toml.hex": "invalid hex value",
    "toml.scalar": "escaped character is not a Unicode scalar value",
    "toml.date": "invalid date or datetime",
    "toml.illegal": "illegal character {character}",
    "toml.found": "found invalid character {character}",
    "toml.expected": "expected {wanted}",
    # PyYAML, with its C library and without
    "yaml.none": "this is not YAML",
    "yaml.colon": "could not find expected ':'",
    "yaml.values": "mapping values are not allowed in this context",
    "yaml.values.pure": "mapping values are not allowed here",
    "yaml.keys.pure": "mapping keys are not allowed here",
    "yaml.entries": "block sequence entries are not allowed in this context",
    "yaml.entries.pure": "sequence entries are not allowed here",
    "yaml.end": "found unexpected end of stream",
    "yaml.document": "found unexpected document indicator",
    "yaml.document.pure": "found unexpected document separator",
    "yaml.start": "found character that cannot start any token",
    "yaml.start.pure": "found character {character} that cannot start any token",
    "yaml.escape": "found unknown escape character",
    "yaml.escape.pure": "found unknown escape character {character}",
    "yaml.tab": "found a tab character that violates indentation",
    "yaml.tab.indent": "found a tab character where an indentation space is expected",
    "yaml.node": "did not find expected node content",
    "yaml.node.pure": "expected the node content, but found {found}",
    "yaml.key": "did not find expected key",
    "yaml.dash": "did not find expected '-' indicator",
    "yaml.block.pure": "expected <block end>, but found {found}",
    "yaml.list": "did not find expected ',' or ']'",
    "yaml.list.pure": "expected ',' or ']', but got {found}",
    "yaml.mapping": "did not find expected ',' or '}}'",
    "yaml.mapping.pure": "expected ',' or '}}', but got {found}",
    "yaml.begin": "did not find expected <document start>",
    "yaml.begin.pure": "expected '<document start>', but found {found}",
    "yaml.control": "control characters are not allowed",
    "yaml.control.pure": "special characters are not allowed",
    # pydantic, and the values of salesflow
    "value.object": "this should be an object",
    "value.list": "this should be a list",
    "value.text": "this should be a text",
    "value.bool": "this should be true or false",
    "value.whole": "this should be a whole number",
    "value.choice": "this should be {choices}",
    "value.at_most": "this should be less than or equal to {bound}",
    "value.at_least": "this should be greater than or equal to {bound}",
    "value.below": "this should be less than {bound}",
    "value.above": "this should be greater than {bound}",
    "value.most_items": "this list should have at most {most} items, not {count}",
    "value.most_item": "this list should have at most {most} item, not {count}",
    "value.least_items": "this list should have at least {least} items, not {count}",
    "value.least_item": "this list should have at least {least} item, not {count}",
    "value.pattern": "this text should match pattern {pattern}",
    "value.longest": "this text should have at most {most} characters",
    "value.shortest": "this text should have at least {least} character",
    "value.shortest.several": "this text should have at least {least} characters",
    "value.character": "text may not hold the character {character} at position {position}",
    "value.twice": "the key {key} stands twice",
    "value.day": "a day is a date, or its ISO 8601 text such as '2026-01-05'",
    "value.duration": "a duration is ISO 8601 text such as 'P3D'",
    "value.exact": "write an exact number as int, Decimal or text, not as {type}",
    "value.digits": "a number is at most {most} characters of digits with a point",
    "value.finite": "{number} is not a finite number",
    "value.range": "a number lies between 10^-15 and 10^15",
    "value.currency": "currency {currency} is not three capital letters (ISO 4217)",
    "value.point": "{money} has more than {most} digits after the point",
    "value.as_text": "write a number with a point as text: {quoted}",
    "value.scalar": "a number lies between -10^15 and 10^15",
    "value.bounds": "time_in_stage needs at_least, at_most or both",
    "value.bounds.order": "time_in_stage needs at_least <= at_most",
    "value.depth": "rules nest at most {most} deep",
    "value.rules": "one rule holds at most {most} rules",
    "value.outermost": "severity and overridable_by belong on the outermost rule",
    "value.other": "{error}",
}
"""Each text by the code that it is given here: exactly as it is said in English, in small letters at its beginning."""

_OWN = frozenset({"value.other"})
"""What is no recognised text, but stands for all the others."""
_LONGEST = 1000
"""How long a text may be to be looked at."""
_CHOICES = re.compile("'([^']*)'")
_FORMS = {"choices": "'[^']*'(?:, '[^']*'){0,7}(?: or '[^']*')?", "bound": r"\S+", "number": r"\S+"}
"""What a parameter looks like; any other is whatever stands there."""


def heard(said: str, by: str) -> Any:
    """Return the phrase of what somebody said: `json`, `toml`, `yaml` or `value`; the text where it is not known."""
    if len(said) <= _LONGEST:
        for code, pattern in _patterns(by):
            found = pattern.fullmatch(said)
            if found:
                return {"code": code, **{name: _part(name, part) for name, part in found.groupdict().items()}}
    return said


@cache
def _patterns(by: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (code, re.compile(_pattern(text), re.DOTALL))
        for code, text in HEARD.items()
        if code.startswith(f"{by}.") and code not in _OWN
    )


def _pattern(text: str) -> str:
    return "".join(
        re.escape(plain) + (f"(?P<{name}>{_FORMS.get(name, '.+')})" if name else "")
        for plain, name, _, _ in Formatter().parse(text)
    )


def _part(name: str, part: str) -> Any:
    return {"list": _CHOICES.findall(part), "word": "or", "quoted": True} if name == "choices" else part
