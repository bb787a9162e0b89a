"""French: every text of salesflow in French, by the code of the English one, with the same parameters."""

from __future__ import annotations

import re

from salesflow._french._differences import DIFFERENCES
from salesflow._french._findings import FINDINGS, NOTES
from salesflow._french._heard import HEARD
from salesflow._french._problems import ADVICE, PROBLEMS
from salesflow._french._refusals import REFUSALS
from salesflow._french._told import TOLD
from salesflow._french._words import WORDS


def typeset(text: str) -> str:
    """Put in what French asks for and a keyboard lacks: spaces that do not break, and apostrophes that are round."""
    apart = re.sub("(?<=«) | (?=[»:;!?%])", "\N{NO-BREAK SPACE}", text)
    return re.sub(r"(?<=[^\W\d_])'(?=[\w«{])", "\N{RIGHT SINGLE QUOTATION MARK}", apart)


TEXTS: dict[str, str] = {
    f"{prefix}{code}": typeset(text)
    for prefix, table in (
        ("", REFUSALS),
        ("finding.", FINDINGS),
        ("note.", NOTES),
        ("problem.", PROBLEMS),
        ("advice.", ADVICE),
        ("", WORDS),
        ("difference.", DIFFERENCES),
        ("", TOLD),
        ("", HEARD),
    )
    for code, text in table.items()
}
"""Each text by the code that `salesflow.languages` looks it up by."""
