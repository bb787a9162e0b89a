"""The short sale in four steps: research, prospecting, a sales call that closes, and the relationship after it.

Source: a French article on the steps of a sale, which lists these four and says that their number varies with sector,
product and skill. Use it where one call can close the sale; where it takes more, add stages of your own to it or
start from `seven-step`.

What is from the source, and what is a choice made here:

- Research, prospecting, sales call and closing, relationship building, in this order. Sales call and closing are one
  step there: here the call is the stage `sales-call`, and closing the pair `won` and `lost` that ends it.
- From the field in general: nothing goes on unqualified. The source names no stage for it, so the four criteria (need,
  value, budget and authority) are asked on entering `sales-call`: prospecting finds them out, and nobody is called
  to close who cannot buy.
- From the field in general: a proposal has a product or service and a price. It is made in the call, so it is asked on
  winning.
- From the field in general: objections are resolved before winning, and a loss has its report. The reason is asked;
  the account of the contact, the lesson, and the lessons of a won deal may follow: their absence is a warning.
- Chosen: a rep works every step. A step back takes a ground, a lost deal is reopened at prospecting only, where it is
  qualified again, and a deal that rests is held.
- Chosen: every probability, age and interval. Put your own figures in their place.

Relationship building comes after winning: it belongs to the customer's process, which begins by a hand-over.
"""

from __future__ import annotations

from datetime import timedelta

from salesflow.moves import Policy
from salesflow.records import Opportunity
from salesflow.rules import objections_resolved, present, qualified
from salesflow.stage import Stage
from salesflow.template import StageTemplate
from salesflow.values import FrozenMap

TEMPLATE = StageTemplate(
    id="four-step",
    version="1",
    record=Opportunity,
    label="Four-step sale",
    labels=FrozenMap({"fr": "Vente en quatre étapes"}),
    stages=(
        Stage(
            id="research",
            label="Research",
            labels=FrozenMap({"fr": "Recherche"}),
            roles=("rep",),
            probability=10,
            max_age=timedelta(days=14),
        ),
        Stage(
            id="prospecting",
            label="Prospecting",
            labels=FrozenMap({"fr": "Prospection"}),
            roles=("rep",),
            probability=20,
            follow_up_every=timedelta(days=3),
            max_age=timedelta(days=30),
        ),
        Stage(
            id="sales-call",
            label="Sales call",
            labels=FrozenMap({"fr": "Entretien de vente"}),
            rules=(qualified("need", "value", "budget", "authority"),),
            roles=("rep",),
            probability=50,
            follow_up_every=timedelta(days=2),
            max_age=timedelta(days=14),
        ),
        Stage(
            id="on-hold",
            label="On hold",
            labels=FrozenMap({"fr": "En attente"}),
            hold=True,
            follow_up_every=timedelta(days=30),
        ),
        Stage(
            id="won",
            label="Closing: won",
            labels=FrozenMap({"fr": "Conclusion : gagnée"}),
            outcome="won",
            rules=(
                present("offer.items"),
                present("offer.price"),
                objections_resolved(),
                present("lessons", severity="warn"),
            ),
            probability=100,
        ),
        Stage(
            id="lost",
            label="Closing: lost",
            labels=FrozenMap({"fr": "Conclusion : perdue"}),
            outcome="lost",
            rules=(
                present("loss.reason"),
                present("loss.account", severity="warn"),
                present("loss.lesson", severity="warn"),
            ),
            probability=0,
        ),
    ),
    policy=Policy(skip="never", back="with_ground", reopen_to=("prospecting",)),
)
