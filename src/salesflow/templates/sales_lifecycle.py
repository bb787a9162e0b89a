"""The sales life cycle: from an ideal customer profile over a product demo to objections resolved and a close.

Source: a French article on the life cycle of a sale, which names the stages and what prospecting builds on.
Use it where prospects are chosen by a profile and looked into before the first call, and a demo sells the product.

What is from the source, and what is a choice made here:

- Prospecting builds on an ideal customer profile. So nothing is researched that does not fit it: the criterion
  `profile` is asked on entering `research`.
- First contact and qualification are one stage. Nothing passes it without its criteria: need, value, budget and
  authority are asked on entering `demo`, the stage after it.
- Objections are raised and resolved before closing: none may stand on winning. Where none was ever raised, winning
  warns: the buyer may not have been asked.
- Companies close about 15 to 30 % of their customers. So a deal begins at 15 percent, and stands at 30 when it is
  qualified. Measure your own close rate and put it in their place.
- From the field in general: a proposal has a product or service and a price. The source names no stage for it, so the
  offer is asked on entering `handling-objections`: nobody objects to a price that was not named.
- From the field in general: a loss has its report. The reason is asked; the account of the contact, the lesson, and
  the lessons of a won deal may follow: their absence is a warning.
- Chosen: a rep works every step. A step back takes a ground, a lost deal is reopened at the first contact only, where
  it is qualified again, and a deal that rests is held.
- Chosen: every other probability, and every age and interval. Put your own figures in their place.

What comes after closing belongs to the customer's process, which begins by a hand-over.
"""

from __future__ import annotations

from datetime import timedelta

from salesflow.moves import Policy
from salesflow.qualification import FOUR_CRITERIA, Criterion
from salesflow.records import Opportunity
from salesflow.rules import objections_resolved, present, qualified
from salesflow.stage import Stage
from salesflow.template import StageTemplate
from salesflow.values import FrozenMap

TEMPLATE = StageTemplate(
    id="sales-lifecycle",
    version="1",
    record=Opportunity,
    label="Sales life cycle",
    labels=FrozenMap({"fr": "Cycle de vente"}),
    framework=FOUR_CRITERIA.adding(
        "sales-lifecycle",
        (
            Criterion(
                id="profile", question="Is it the customer that our ideal customer profile tells of?", means="fit"
            ),
        ),
    ),
    stages=(
        Stage(
            id="prospecting",
            label="Prospecting",
            labels=FrozenMap({"fr": "Prospection"}),
            roles=("rep",),
            probability=15,
            max_age=timedelta(days=30),
        ),
        Stage(
            id="research",
            label="Research",
            labels=FrozenMap({"fr": "Recherche"}),
            rules=(qualified("profile"),),
            roles=("rep",),
            probability=15,
            max_age=timedelta(days=14),
        ),
        Stage(
            id="first-contact",
            label="First contact and qualification",
            labels=FrozenMap({"fr": "Premier contact et qualification"}),
            roles=("rep",),
            probability=20,
            follow_up_every=timedelta(days=3),
            max_age=timedelta(days=30),
        ),
        Stage(
            id="demo",
            label="Product demo",
            labels=FrozenMap({"fr": "Démonstration du produit"}),
            rules=(qualified("need", "value", "budget", "authority"),),
            roles=("rep",),
            probability=30,
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
            rules=(
                objections_resolved(),
                present("objections", severity="warn"),
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
    policy=Policy(skip="never", back="with_ground", reopen_to=("first-contact",)),
)
