"""Instances of somebody's published schema: whatever it allows may come."""

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

TIMES = ("2026-01-05T09:00:00Z", "2026-01-06T10:00:00+05:30")


def instances(schemas: Mapping[str, Any], schema: Any, words: tuple[str, ...]) -> st.SearchStrategy[Any]:
    """Make values of a schema, with what is required and at times the rest; texts are taken from `words`."""
    made = _instances(schemas, schema, words)
    return st.none() | made if schema.get("nullable") else made


def _instances(schemas: Mapping[str, Any], schema: Any, words: tuple[str, ...]) -> st.SearchStrategy[Any]:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        here = name in schemas and not schema["$ref"].startswith("http")
        return st.deferred(lambda: instances(schemas, schemas[name], words)) if here else st.just({})
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if schema.get("type") == "array":
        return st.lists(instances(schemas, schema["items"], words), max_size=4)
    if schema.get("type") == "object":
        parts = {name: instances(schemas, each, words) for name, each in schema.get("properties", {}).items()}
        required = {name: parts[name] for name in schema.get("required", [])}
        return st.fixed_dictionaries(required, optional={name: parts[name] for name in parts.keys() - required.keys()})
    plain = {"boolean": st.booleans(), "integer": st.integers(0, 9), "number": st.floats(0, 1)}
    texts = st.sampled_from(TIMES if schema.get("format") == "date-time" else words)
    return plain.get(schema.get("type", ""), texts)
