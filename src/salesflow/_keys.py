"""Keys: what a rule's refusals are known by, to whoever overrides one or counts them."""

from __future__ import annotations

from hashlib import sha256

from salesflow.rules import AllOf, AnyOf, AnyRule, NoneOf, PythonRule, Qualified, Role


def keys_of(rule: AnyRule) -> tuple[str, ...]:
    """Return every key that the refusals of a rule may have."""
    if isinstance(rule, AllOf):
        return tuple(key for part in rule.rules for key in keys_of(part))
    if isinstance(rule, Qualified):
        return tuple(f"qualified.{criterion}" for criterion in rule.criteria)
    if isinstance(rule, PythonRule):
        return (rule.name,)
    subject = subject_of(rule)
    return (f"{rule.rule}.{subject}" if subject else rule.rule,)


def _code(rule: AnyRule) -> str:
    """Return how the key of a group names one of its rules: by the rule's own key, in brackets where it has parts."""
    key = "&".join(keys_of(rule))
    return f"({key})" if "&" in key or "|" in key else key


def subject_of(rule: AnyRule) -> str:
    """Return what the refusals of a rule are about."""
    if isinstance(rule, AnyOf | NoneOf):
        return _short("|".join(map(_code, rule.rules)))
    if isinstance(rule, Role):
        return _short("|".join(rule.roles))
    # a rule has one of these at most
    return "".join(getattr(rule, name, "") for name in ("field", "kind", "stage", "what"))


def _short(subject: str) -> str:
    """Keep a subject short enough for a key, and still its own."""
    return subject if len(subject) <= 200 else f"{subject[:180]}… {sha256(subject.encode()).hexdigest()[:12]}"
