"""Writing: the tree of a template as TOML and as YAML, laid out for people."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from salesflow.values import is_listing, is_mapping

_WIDTH = 100
"""How long a list or a table may be to stand on one line."""


def quoted(text: str) -> str:
    """Write a text in double quotes, as TOML, YAML and JSON all read it."""
    return "".join(_escaped(c) for c in json.dumps(text, ensure_ascii=False))


def _escaped(c: str) -> str:
    if c.isprintable():
        return c
    return f"\\u{ord(c):04X}" if ord(c) < 0x10000 else f"\\U{ord(c):08X}"


# -- TOML ---------------------------------------------------------------------------------------------------

_BARE_KEY = re.compile("[A-Za-z0-9_-]+")


def toml(tree: Mapping[str, Any]) -> str:
    """Write a tree: what is plain first, then a table for each object, and one for each object of a list.

    Below that all stands in line, a rule on a line of its own. Nulls are no TOML, and a template without its defaults
    has none.
    """
    plain = {key: value for key, value in tree.items() if not _tabled(value)}
    blocks = [list(_assigned(plain))]
    for key, value in tree.items():
        if is_mapping(value):
            blocks.append([f"[{_key(key)}]", *_assigned(value)])
        elif _tabled(value):
            blocks += [[f"[[{_key(key)}]]", *_assigned(each)] for each in value]
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _tabled(value: Any) -> bool:
    return is_mapping(value) or (is_listing(value) and any(is_mapping(each) for each in value))


def _assigned(table: Mapping[str, Any]) -> Iterator[str]:
    return (f"{_key(key)} = {_prose(value) or _inline(value)}" for key, value in table.items())


def _key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else quoted(key)


def _prose(value: Any) -> str:
    """Write a text of several lines as such, or nothing."""
    if not isinstance(value, str) or "\n" not in value or "\r" in value:
        return ""
    lines = (quoted(line)[1:-1] for line in value.split("\n"))
    return '"""\n' + "\n".join(lines) + '"""'


def _inline(value: Any, indent: str = "") -> str:
    """Write a value on one line, or a list that is too long for it with a line for each part."""
    if is_mapping(value):
        pairs = (f"{_key(key)} = {_inline(item, indent)}" for key, item in value.items())
        return f"{{ {', '.join(pairs)} }}"
    if not is_listing(value):
        return quoted(value) if isinstance(value, str) else json.dumps(value)
    deeper = f"{indent}  "
    parts = [_inline(each, deeper) for each in value]
    line = f"[{', '.join(parts)}]"
    if len(line) <= _WIDTH and not _tabled(value):
        return line
    return "[\n" + "".join(f"{deeper}{part},\n" for part in parts) + f"{indent}]"


# -- YAML ---------------------------------------------------------------------------------------------------

_BARE_TEXT = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:[ ./-][A-Za-z0-9_]+)*")
_NOT_BARE = frozenset("y n yes no on off true false null".split())
"""Words that one YAML or another takes for something else than text."""


def yaml(tree: Mapping[str, Any]) -> str:
    """Write a tree in blocks, lists of texts in line."""
    return "\n".join(_mapped(tree, "")) + "\n"


def _mapped(table: Mapping[str, Any], indent: str) -> Iterator[str]:
    for key, value in table.items():
        if _tabled(value):
            yield f"{indent}{_text(key)}:"
            yield from _listed(value, indent) if is_listing(value) else _mapped(value, f"{indent}  ")
        else:
            yield f"{indent}{_text(key)}: {_flat(value)}"


def _listed(items: Any, indent: str) -> Iterator[str]:
    for each in items:
        first, *others = _mapped(each, f"{indent}    ")
        yield f"{indent}  - {first.lstrip()}"
        yield from others


def _flat(value: Any) -> str:
    if is_listing(value):
        return f"[{', '.join(map(_flat, value))}]"
    return _text(value) if isinstance(value, str) else json.dumps(value)


def _text(text: str) -> str:
    bare = _BARE_TEXT.fullmatch(text) and text.casefold() not in _NOT_BARE
    return text if bare else quoted(text)
