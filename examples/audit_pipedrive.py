"""Audits a Pipedrive change log: `python examples/audit_pipedrive.py deal_changes.csv`.

The log has the columns deal_id, change_time (in UTC), changed_field_key and new_value. A row of `stage_id` is a move,
one of `lost_reason` a move to lost, one of `add_time` a creation. The stages are numbered from 1 to 9, in order.
"""

import csv
import sys
from collections import Counter
from datetime import UTC
from pathlib import Path

from salesflow import Opportunity, Policy, Stage, StageTemplate, audit_log

STAGES = (
    *(Stage(id=str(number)) for number in range(1, 10)),
    Stage(id="won", outcome="won"),
    Stage(id="lost", outcome="lost"),
)
REACHED = {"stage_id": "{new_value}", "lost_reason": "lost", "add_time": ""}

with Path(sys.argv[1]).open(encoding="utf-8-sig", newline="") as file:
    log = [row for row in csv.DictReader(file) if row["changed_field_key"] in REACHED]
for row in log:
    row["stage"] = REACHED[row["changed_field_key"]].format(**row)
    row["created"] = "" if row["stage"] else row["change_time"]
for name, policy in {"strict": Policy(), "lenient": Policy(skip="free")}.items():
    template = StageTemplate(id=name, version="1", record=Opportunity, stages=STAGES, policy=policy)
    audit = audit_log(template, log, deal="deal_id", stage="stage", at="change_time", created="created", zone=UTC)
    found = list(audit)
    ids = sorted({str(finding.deal) for finding in found})
    count = Counter(finding.code for finding in found) + Counter(audit.kinds)
    skips, back = count["skip"] + count["skipped"], count["step_back"] + count["moved_back"]
    print(f"{name}: {audit.deals} deals, {audit.moves} moves, {skips} skips, {back} steps back;", end=" ")
    print(f"{len(ids)} ids with findings: {', '.join(ids[:10])}")
