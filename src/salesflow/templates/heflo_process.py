"""The HEFLO sales process: a lead is identified, qualified on four criteria, and handed to an account manager.

Source: a French article on the sales process as modelled in HEFLO, a tool for process modelling. Use it where one team
opens deals and account managers close them, and where every loss is to teach something.

What is from the source, and what is a choice made here:

- Identification registers the lead or finds its record. So a deal leaves it with a name, a lead or a customer.
- Nothing passes qualification without its criteria: need, value, budget and authority are asked on entering
  `proposal`, the stage after it. No stage is skippable, so no ground stands in for them.
- A proposal has an offer with a product or service and a price.
- Follow-up stands in brackets in the source: it lasts while the other side decides, and is reminded automatically.
  Here that is no skip, which would be an exception with a ground, but a move declared beside it: a buyer who answers
  at once goes from `proposal` to `negotiation`, and nobody has to explain a quick yes.
- A positive answer, or other evidence that the deal may close, hands it to the account manager. What evidence is
  enough is for people to judge, so no rule asks for it: the hand-over is that the account manager takes the deal
  over, and only somebody with the role `account_manager` may enter `negotiation`.
- Conclusion is the pair `won` and `lost`. A loss has its report: the reason, and an account of the contact and why it
  failed. Its lesson, and the lessons of a won deal, may be written down later: their absence is a warning.
- From the field in general: objections are resolved before winning.
- Chosen: a step back takes a ground, a lost deal is reopened at qualification only, and a deal that rests is held.
- Chosen: every probability, age and interval. Put your own figures in their place.

Prospecting before it and after-sales behind it are processes of their own.
"""

from __future__ import annotations

from datetime import timedelta

from salesflow.moves import Move, Policy
from salesflow.records import Opportunity
from salesflow.rules import any_of, objections_resolved, present, qualified, role
from salesflow.stage import Stage
from salesflow.template import StageTemplate
from salesflow.values import FrozenMap

TEMPLATE = StageTemplate(
    id="heflo-process",
    version="1",
    record=Opportunity,
    label="HEFLO sales process",
    labels=FrozenMap({"fr": "Processus de vente HEFLO"}),
    stages=(
        Stage(
            id="identification",
            label="Identification",
            labels=FrozenMap({"fr": "Identification"}),
            probability=10,
            max_age=timedelta(days=14),
        ),
        Stage(
            id="qualification",
            label="Qualification",
            labels=FrozenMap({"fr": "Qualification"}),
            rules=(any_of(present("name"), present("lead"), present("customer")),),
            probability=20,
            follow_up_every=timedelta(days=7),
        ),
        Stage(
            id="proposal",
            label="Proposal",
            labels=FrozenMap({"fr": "Proposition"}),
            rules=(
                qualified("need", "value", "budget", "authority"),
                present("offer.items"),
                present("offer.price"),
            ),
            probability=40,
            max_age=timedelta(days=14),
        ),
        Stage(
            id="follow-up",
            label="Follow-up",
            labels=FrozenMap({"fr": "Relance"}),
            probability=50,
            follow_up_every=timedelta(days=7),
            max_age=timedelta(days=60),
        ),
        Stage(
            id="negotiation",
            label="Negotiation",
            labels=FrozenMap({"fr": "Négociation"}),
            rules=(role("account_manager"),),
            roles=("account_manager",),
            probability=75,
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
            label="Concluded: won",
            labels=FrozenMap({"fr": "Conclusion : gagnée"}),
            outcome="won",
            rules=(objections_resolved(), present("lessons", severity="warn")),
            probability=100,
        ),
        Stage(
            id="lost",
            label="Concluded: lost",
            labels=FrozenMap({"fr": "Conclusion : perdue"}),
            outcome="lost",
            rules=(present("loss.reason"), present("loss.account"), present("loss.lesson", severity="warn")),
            probability=0,
        ),
    ),
    moves=(
        Move(
            sources=("proposal",),
            target="negotiation",
            name="Answered at once",
            labels=FrozenMap({"fr": "Réponse immédiate"}),
        ),
    ),
    policy=Policy(skip="never", back="with_ground", reopen_to=("qualification",)),
)
