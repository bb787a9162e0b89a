"""The test kit: strategies, laws and walks, for anybody's template. Needs the extra `testing`."""

try:
    from salesflow.testing._state_machine import template_state_machine
    from salesflow.testing._strategies import templates
    from salesflow.testing._system import Ask, Lack, Reasons, Seen, System
except ModuleNotFoundError as _missing:
    if (_missing.name or "").partition(".")[0] != "hypothesis":
        raise
    raise ModuleNotFoundError(
        "salesflow.testing needs its extra: pip install 'salesflow[testing]' [extra.missing]", name=_missing.name
    ) from None

__all__ = ["Ask", "Lack", "Reasons", "Seen", "System", "template_state_machine", "templates"]
