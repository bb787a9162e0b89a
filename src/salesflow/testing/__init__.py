"""The test kit: strategies, laws and walks, for anybody's template. Needs the extra `testing`."""

try:
    from salesflow.testing._asking import Asked, Walk, attempt, steps
    from salesflow.testing._cases import MoveCase, Paths, move_cases, paths
    from salesflow.testing._check import Checked, check_template
    from salesflow.testing._event_logs import EventLog, event_logs
    from salesflow.testing._invalid_templates import invalid_templates
    from salesflow.testing._promises import LAWS
    from salesflow.testing._standing import records
    from salesflow.testing._state_machine import template_state_machine
    from salesflow.testing._strategies import templates
    from salesflow.testing._system import Ask, Lack, Reasons, Seen, System
    from salesflow.testing._walks import walks
except ModuleNotFoundError as _missing:
    if (_missing.name or "").partition(".")[0] != "hypothesis":
        raise
    raise ModuleNotFoundError(
        "salesflow.testing needs its extra: pip install 'salesflow[testing]' [extra.missing]", name=_missing.name
    ) from None

__all__ = [
    "LAWS",
    "Ask",
    "Asked",
    "Checked",
    "EventLog",
    "Lack",
    "MoveCase",
    "Paths",
    "Reasons",
    "Seen",
    "System",
    "Walk",
    "attempt",
    "check_template",
    "event_logs",
    "invalid_templates",
    "move_cases",
    "paths",
    "records",
    "steps",
    "template_state_machine",
    "templates",
    "walks",
]
