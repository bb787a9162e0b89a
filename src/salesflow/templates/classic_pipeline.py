"""The classic pipeline of a sale between companies, from prospecting to won or lost.

Source: a French article on sales pipelines, which names the stages, what a lead is qualified on, and the one stage
that may be skipped. Use it where sellers find their customers themselves and nobody else takes
a deal over; it is the one to start from when in doubt.

What is from the source, and what is a choice made here:

- A lead *is* qualified on entering `qualified-lead`: fit, financial means, decision power and relevance are asked
  there. That stage alone may be skipped, and only with a ground: the seller knows the lead already. The ground stands
  in place of the criteria, and it stays on record. The close rate is won ÷ qualified.
- A proposal states a product or service and its price. How long it runs is asked of nobody: not everything has a term.
- Objections are resolved before winning, and a loss names its reason.
- Chosen: a step back takes a ground. A lost deal may be reopened, cold or as a qualified lead, and what lies between
  is asked again. A deal that rests is held, so that its age is not counted, and is looked at once a month.
- Chosen: every probability, age and interval. Put your own figures in their place.

What comes after the purchase (onboarding support, account watch, cross-sell, up-sell, talks on renewal as the contract
ends, referrals) belongs to the customer's process, which begins when a deal is won.
"""

from __future__ import annotations

from datetime import timedelta

from salesflow.moves import Policy
from salesflow.qualification import Criterion, Framework
from salesflow.records import Opportunity
from salesflow.rules import objections_resolved, present, qualified
from salesflow.stage import Stage
from salesflow.template import StageTemplate
from salesflow.values import FrozenMap

TEMPLATE = StageTemplate(
    id="classic-pipeline",
    version="1",
    record=Opportunity,
    label="Classic pipeline",
    labels=FrozenMap({"fr": "Pipeline de vente classique"}),
    framework=Framework(
        id="classic",
        criteria=(
            Criterion(id="fit", question="Is the lead the kind of customer that we can serve?"),
            Criterion(id="budget", question="Has the lead the financial means?"),
            Criterion(
                id="authority",
                question="Is the lead the person who decides, or has it direct access to that person?",
                ways=("decider", "access"),
            ),
            Criterion(id="relevance", question="Does what we sell answer a need of the lead?"),
        ),
    ),
    stages=(
        Stage(
            id="prospecting",
            label="Prospecting",
            labels=FrozenMap({"fr": "Prospection"}),
            probability=10,
            follow_up_every=timedelta(days=7),
        ),
        Stage(
            id="qualified-lead",
            label="Qualified lead",
            labels=FrozenMap({"fr": "Prospect qualifié"}),
            rules=(qualified("fit", "budget", "authority", "relevance"),),
            skippable=True,
            probability=25,
            follow_up_every=timedelta(days=7),
        ),
        Stage(
            id="demo",
            label="Demo or meeting",
            labels=FrozenMap({"fr": "Démonstration ou rendez-vous"}),
            probability=40,
            max_age=timedelta(days=30),
        ),
        Stage(
            id="proposal",
            label="Proposal",
            labels=FrozenMap({"fr": "Proposition"}),
            rules=(present("offer.items"), present("offer.price")),
            probability=60,
            follow_up_every=timedelta(days=7),
            max_age=timedelta(days=30),
        ),
        Stage(
            id="negotiation",
            label="Negotiation and commitment",
            labels=FrozenMap({"fr": "Négociation et engagement"}),
            probability=80,
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
            label="Won",
            labels=FrozenMap({"fr": "Gagnée"}),
            outcome="won",
            rules=(objections_resolved(),),
            probability=100,
        ),
        Stage(
            id="lost",
            label="Lost",
            labels=FrozenMap({"fr": "Perdue"}),
            outcome="lost",
            rules=(present("loss.reason"),),
            probability=0,
        ),
    ),
    # "never" leaves one skip: over stages that are skippable, with a ground
    policy=Policy(skip="never", back="with_ground", reopen_to=("prospecting", "qualified-lead")),
)
