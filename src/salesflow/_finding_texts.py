"""Finding texts: what a history or a log that does not agree with its template says to a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

FINDINGS: dict[str, str] = {
    # where a deal is, and came from
    "unknown_stage": "there is no stage {stage!r}",
    "unknown_stage.near": "there is no stage {stage!r}; {near!r} is near",
    "gap.log": "it leaves {told!r}, and the deal was in {stage!r}",
    "gap.record": "it leaves {told!r}, and the record was in {stage!r}",
    "gap.replay": "it leaves {told!r}, and the record is in {stage!r}",
    "incomplete": "the log begins as the deal leaves {told!r}",
    "incomplete.older": "the deal was created earlier, and the log begins in {stage!r}",
    "repeated_stage": "the deal is in {stage!r} already",
    "reused_id": "a deal of this id was created before; this is number {number}",
    "reused_id.row": "row {row} has this id too, and another stage",
    "duplicate.row": "the same deal and stage as row {row}",
    "duplicate": "the same deal, stage and time as another row",
    "wrong_end.stage": "its history ends in {past!r}, and it is in {now!r}",
    "wrong_end.open": "{stage!r} is open, and the deal has the closing date {day}",
    "wrong_end.undated": "{stage!r} is closed, and the deal has no closing date",
    "wrong_end.template": "its history ends under {past}, and it says {now}",
    "wrong_end.left": "its history left {past!r}, and it says {now!r}",
    # when it happened
    "time_back.log": "it leaves {told!r}, which the deal reached later, at {later}",
    "time_back.dates": "it came to {stage!r} at {at}, and to {earlier!r} only at {last}",
    "time_back.record": "it happened before the change at {last}",
    "future_time": "the time lies after {now}",
    "closing_date_passed": "it was expected to close on {due}",
    "ambiguous_order": "some orders of the events at this time obey and some do not: judged by the kindest",
    "ambiguous_order.many": "{count} events at one time are too many to try every order of them",
    # what a change says of itself
    "number_gap": "change {number} stands where {due} is due",
    "wrong_start.record": "change {number} cannot be {kind!r}",
    "wrong_start.replay": "a record in {stage!r} cannot be {kind}",
    "wrong_kind": "this move is {found!r}, and is recorded as {kind!r}",
    "wrong_kind.update": "an update stays in its stage, and this one reaches {stage!r}",
    "wrong_kind.migration": "a migration leads to another version of a template, and this one stays with its own",
    "outcome_changed": "{source!r} and {target!r} differ in outcome, which the migration does not say is meant",
    "unmigrated": "it goes by {ref}, and the change before by {before}: nothing migrated the record",
    "updated_while_closed": "{stage!r} is closed, and the policy locks what is closed",
    "ground_missing": "{keys} was overridden without a ground",
    "unknown_template": "no template {ref} was given",
    "changed_template": "{ref} is not the definition given",
    "unknown_field": "there is no field {field!r}",
    "unknown_field.reserved": "{field} is set by templates alone",
    "unreadable_field": "{field}: {error}",
    "unreadable_field.left": "left: {left} is no stage that a record in {stage!r} can have left",
    # what is no change and no row
    "bad_row.record": "a record is wanted, not {type}",
    "bad_row.change": "a change is wanted, not {type}",
    "bad_row.replay": "changes of a {wanted} are replayed, not of {type}",
    "bad_row.failed": "the row cannot be read: {error}",
    "bad_row.type": "a row is a mapping of columns to cells, not {type}",
    "bad_row.long": "the row has more cells than the log has columns",
    "bad_row.no_deal": "column {column!r} names no deal",
    "bad_row.no_stage": "column {column!r} names no stage",
    "bad_row.name": "column {column!r} holds a {type}, not a name",
    "bad_row.large": "column {column!r} holds {length} characters",
    "bad_row.character": "column {column!r} holds a character that cannot be shown: {shown}",
    "bad_time": "column {column!r} holds {shown}, not an ISO 8601 time",
    "bad_time.calendar": "{error}",
    "naive_time": "time {time} has no zone, and none was given",
    "ambiguous_time": "time {time} comes twice or never in {zone}, as clocks change",
}
"""Each text by its code, and by which of several it is. What a refusal tells is told by its own text."""

NOTES: dict[str, str] = {
    "no_grounds": "the log has no column of grounds",
    "twice": "the deal may have been there twice",
    "elsewhere": "other rows of this deal may lie elsewhere",
    "hole": "a row of this deal could not be read",
    "once": "asked once in this log, first here",
    "times": "asked {times} times in this log, first here",
}
"""What may be said after a text."""


def detail(says: str, params: Mapping[str, Any]) -> str:
    """Say a finding in English."""
    return FINDINGS[says].format(**params)
