"""The seven steps of selling, from prospecting to closing; the seventh, follow-up, is the customer's.

Source: a French article on the steps of a sale, which lists them and says no more. Use it where a seller prepares each
approach and presents to somebody in person, as in the textbook.

What is from the source, and what is a choice made here:

- Prospecting, preparation, approach, presentation, handling objections, closing, follow-up, in this order. Closing is
  the pair `won` and `lost`.
- From the field in general: nothing goes on unqualified. The source names no stage for it, so the four criteria (need,
  value, budget and authority) are asked on entering `presentation`: the approach is the talk that finds them out.
- From the field in general: a proposal has a product or service and a price. What is presented is the offer, so it is
  asked on entering `handling-objections`, where the presentation is over.
- From the field in general: objections are resolved before winning. A deal without any passes through
  `handling-objections` without a question. A loss has its report. The reason is asked; the account of the contact, the
  lesson, and the lessons of a won deal may follow: their absence is a warning.
- Chosen: a rep works every step. A step back takes a ground, a lost deal is reopened at the approach, where it is
  qualified again, or cold at prospecting, and a deal that rests is held.
- Chosen: every probability, age and interval. Put your own figures in their place.

Follow-up comes after winning: it belongs to the customer's process, which begins by a hand-over.
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
    id="seven-step",
    version="1",
    record=Opportunity,
    label="Seven-step sale",
    labels=FrozenMap({"fr": "Vente en sept étapes"}),
    stages=(
        Stage(
            id="prospecting",
            label="Prospecting",
            labels=FrozenMap({"fr": "Prospection"}),
            roles=("rep",),
            probability=5,
            follow_up_every=timedelta(days=7),
            max_age=timedelta(days=30),
        ),
        Stage(
            id="preparation",
            label="Preparation",
            labels=FrozenMap({"fr": "Préparation"}),
            roles=("rep",),
            probability=10,
            max_age=timedelta(days=14),
        ),
        Stage(
            id="approach",
            label="Approach",
            labels=FrozenMap({"fr": "Approche"}),
            roles=("rep",),
            probability=20,
            follow_up_every=timedelta(days=3),
            max_age=timedelta(days=30),
        ),
        Stage(
            id="presentation",
            label="Presentation",
            labels=FrozenMap({"fr": "Présentation"}),
            rules=(qualified("need", "value", "budget", "authority"),),
            roles=("rep",),
            probability=40,
            follow_up_every=timedelta(days=7),
            max_age=timedelta(days=30),
        ),
        Stage(
            id="handling-objections",
            label="Handling objections",
            labels=FrozenMap({"fr": "Traitement des objections"}),
            rules=(present("offer.items"), present("offer.price")),
            roles=("rep",),
            probability=60,
            follow_up_every=timedelta(days=7),
            max_age=timedelta(days=30),
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
            rules=(objections_resolved(), present("lessons", severity="warn")),
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
    policy=Policy(skip="never", back="with_ground", reopen_to=("prospecting", "approach")),
)
