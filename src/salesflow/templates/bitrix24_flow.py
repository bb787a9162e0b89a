"""The sales flow that Bitrix24 describes: five steps, in which marketing makes the first contact and a rep goes on.

Source: a French article on sales flows in Bitrix24, a CRM; the pipeline that a new Bitrix24 comes with is another
one. Use it where marketing makes the first contact, a proposal has a term, and deals are moved on a Kanban board, as
there: `options` tells which columns a card may go to, and what is missing for the others.

What is from the source, and what is a choice made here:

- A deal moves to the next stage or straight to lost, at any moment.
- Real deals sometimes skip stages. Here that is an exception with a ground, and it waives nothing: the criteria and
  the proposal are asked of a deal that passes over them too.
- Marketing hands over to a rep after the first contact. The hand-over is that the rep takes the deal over: only
  somebody with the role `rep` may enter `qualification`, and the deal names its owner there.
- Qualification looks at what they do, whether they can afford it, what they need and how soon. Nothing passes it
  without these four: they are asked on entering `meeting`, the stage after it.
- A proposal states product or service, price and the length of the contract.
- From the field in general: objections are resolved before winning, and a loss has its report. The reason is asked;
  the account of the contact, the lesson, and the lessons of a won deal may follow: their absence is a warning.
- Chosen: a step back takes a ground, a lost deal is reopened at qualification only, and a deal that rests is held.
- Chosen: every probability, age and interval. Put your own figures in their place.

The close makes a customer, whose own process begins by a hand-over.
"""

from __future__ import annotations

from datetime import timedelta

from salesflow.moves import Policy
from salesflow.qualification import Criterion, Framework
from salesflow.records import Opportunity
from salesflow.rules import objections_resolved, present, qualified, role
from salesflow.stage import Stage
from salesflow.template import StageTemplate
from salesflow.values import FrozenMap

TEMPLATE = StageTemplate(
    id="bitrix24-flow",
    version="1",
    record=Opportunity,
    label="Bitrix24 sales flow",
    labels=FrozenMap({"fr": "Flux de vente Bitrix24"}),
    framework=Framework(
        id="bitrix24-flow",
        criteria=(
            Criterion(id="business", question="What do they do, and is it a business that we serve?", means="fit"),
            Criterion(id="budget", question="Can they afford it?"),
            Criterion(id="need", question="What do they need?"),
            Criterion(id="timing", question="How soon do they need it?"),
        ),
    ),
    stages=(
        Stage(
            id="initial-contact",
            label="Initial contact",
            labels=FrozenMap({"fr": "Premier contact"}),
            roles=("marketing",),
            probability=10,
            follow_up_every=timedelta(days=2),
            max_age=timedelta(days=14),
        ),
        Stage(
            id="qualification",
            label="Qualification",
            labels=FrozenMap({"fr": "Qualification"}),
            rules=(role("rep"), present("owner")),
            roles=("rep",),
            probability=20,
            follow_up_every=timedelta(days=3),
            max_age=timedelta(days=30),
        ),
        Stage(
            id="meeting",
            label="Meeting",
            labels=FrozenMap({"fr": "Rendez-vous"}),
            rules=(qualified("business", "budget", "need", "timing"),),
            roles=("rep",),
            probability=40,
            follow_up_every=timedelta(days=7),
            max_age=timedelta(days=30),
        ),
        Stage(
            id="proposal",
            label="Proposal",
            labels=FrozenMap({"fr": "Proposition"}),
            rules=(present("offer.items"), present("offer.price"), present("offer.months")),
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
            label="Closed: customer",
            labels=FrozenMap({"fr": "Conclue : client"}),
            outcome="won",
            rules=(objections_resolved(), present("lessons", severity="warn")),
            probability=100,
        ),
        Stage(
            id="lost",
            label="Closed: lost",
            labels=FrozenMap({"fr": "Conclue : perdue"}),
            outcome="lost",
            rules=(
                present("loss.reason"),
                present("loss.account", severity="warn"),
                present("loss.lesson", severity="warn"),
            ),
            probability=0,
        ),
    ),
    policy=Policy(skip="with_ground", back="with_ground", reopen_to=("qualification",)),
)
