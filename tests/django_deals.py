"""A program with a model of Django's that has a live machine: `test_machine.py` runs it."""

from datetime import UTC, datetime
from typing import Any

import django
from django.conf import settings

settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    USE_TZ=True,
)
django.setup()

from django.db import connection, models  # noqa: E402 - models want settings first
from statemachine.mixins import MachineMixin  # noqa: E402

from salesflow import MoveRefused, Opportunity, Policy, Stage, StageTemplate, machine_class, present  # noqa: E402

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
TEMPLATE = StageTemplate(
    id="acme",
    version="1",
    record=Opportunity,
    stages=(Stage(id="lead"), Stage(id="won", outcome="won", rules=(present("source"),))),
    policy=Policy(skip="with_ground"),
)


class DealMachine(machine_class(TEMPLATE)):  # type: ignore[misc]
    """The machine of deals."""

    def after_transition(self, model: Any, change: Any) -> None:
        """Keep what happened."""
        Step.objects.create(deal_id=model.id, kind=change.kind)


class Deal(MachineMixin, models.Model):  # type: ignore[misc]  # noqa: DJ008
    """A deal of the shop's own."""

    state_machine_name = "__main__.DealMachine"
    state_field_name = "stage"

    stage = models.CharField(max_length=128, default="")
    left = models.CharField(max_length=128, null=True)  # noqa: DJ001
    source = models.CharField(max_length=80, default="")
    changes_before = models.IntegerField(default=0)

    class Meta:
        app_label = "shop"


class Step(models.Model):  # type: ignore[misc]
    """A change, as a row."""

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE)
    kind = models.CharField(max_length=20)

    class Meta:
        app_label = "shop"

    def __str__(self) -> str:
        return str(self.kind)


with connection.schema_editor() as editor:
    editor.create_model(Deal)
    editor.create_model(Step)

deal = Deal.objects.create()
print(deal.statemachine.send("lead", at=NOW).kind, end=" ")
deal.save()
deal = Deal.objects.get()
try:
    deal.statemachine.send("won", at=NOW)
except MoveRefused:
    print("refused", end=" ")
deal.source = "fair"
print(deal.statemachine.send("won", at=NOW).kind, end=": ")
deal.save()
again = Deal.objects.get()
print(again.left, again.changes_before, *Step.objects.order_by("id"), sep=", ")
