"""Problem texts: what is wrong or doubtful in a template says to a person, and what to do about it."""

from __future__ import annotations

PROBLEMS: dict[str, str] = {
    # contradictions
    "stage.duplicate": "stage {name!r} is declared twice",
    "stage.lookalike": "stage {name!r} looks like {other!r}",
    "stage.unknown": "there is no stage {name!r}",
    "stage.hold": "{name!r} cannot be a hold and closed as {outcome}",
    "stage.skippable": "{name!r} is never passed over, so it cannot be skippable",
    "start.nowhere": "there is no stage to start at",
    "start.closed": "nothing can start in {name!r}",
    "reopen.from_open": "nothing can be reopened from {name!r}",
    "reopen.to_closed": "nothing can be reopened to {name!r}",
    "move.twice": "{source!r} to {target!r} is declared {count} times",
    "move.from_closed": "{name!r} is closed as {outcome}",
    "move.from_hold": "{name!r} is a hold",
    "move.to_itself": "{name!r} leads to itself",
    "field.unknown": "there is no field {name!r}",
    "criterion.unknown": "there is no criterion {name!r}",
    "criterion.duplicate": "criterion {name!r} is declared {count} times",
    "rule.name": "a rule in Python cannot be named {name!r}",
    "rule.twice": "two rules in Python are named {name!r}",
    # doubts
    "outcome.none": "no stage is won or lost",
    "stage.dead_end": "no outcome can be reached from {name!r}",
    "stage.unreached": "nothing that starts in {starts} comes to {name!r}",
    "start.deprecated": "records are to start in {name!r}, which is deprecated",
    "start.retired": "records are to start in {name!r}, which is retired",
    "reopen.never": "nothing can be reopened to {name!r}",
    "move.never": "no move to {name!r} can be made, which is {life}",
    "probability.falls": "the probability falls from {before} in {earlier!r} to {now} in {name!r}",
    "probability.closed": "{name!r} is {outcome}, and its probability is {found}, not {certain}",
    "follow_up.closed": "{name!r} is closed, and nothing is followed up there",
    "max_age.closed": "{name!r} is closed, and nothing grows too old there",
    "label.duplicate": "{name!r} and {other!r} are both shown as {label!r}",
    "rule.unbound": "the rule {name!r} has no function",
    "rules.exclude": "these rules cannot hold together: {rules}",
    # logs
    "column.twice": "there are {count} columns {name!r}",
    "deal.scattered": "the rows of {deal!r} do not follow each other, and the log is said to be presorted",
    "column.missing": "there is no column {name!r}",
}
"""Each text by its code."""

ADVICE: dict[str, str] = {
    "near": "{near!r} is near",
    "see": "see {where}",
    "columns": "there are {columns}",
    "no_columns": "there are none",
    "called": "it is called {called} here",
    "start.nowhere": "one open, active stage is needed",
    "move.from_closed": "reopening is the only way out: policy.reopen_to",
    "move.from_hold": "a hold is judged from the stage it left: declare the move from there",
    "rule.name": "that is a code of salesflow's own",
    "rule.twice": "give one another name",
    "outcome.none": "give one stage outcome='won' and another outcome='lost'",
    "stage.dead_end": "declare a move, or open a way by the policy's next, skip or lose",
    "reopen.never": "see policy.reopen_from and the life of that stage",
    "move.never": "leave the move out",
    "rule.unbound": "template.bind(…, rules=(…,)) gives it one; until then it refuses",
}
"""What to do, by what is said where."""
