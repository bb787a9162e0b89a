"""The process of a customer after the sale: onboarding, active, renewal due, then renewed or churned.

Source: French articles on sales processes, which agree that winning starts a process of its own, and tell what belongs
to it. Use it where customers stay: behind any process of opportunities, from which `hand_over` leads here.

What is from the sources, and what is a choice made here:

- Onboarding support, then the watch over the account, then talks on renewal as the contract ends; the end is a renewal
  or churn. So `renewal-due` asks when the contract ends. Who bought once and for all stays in `active`.
- Up-sell, cross-sell and referral are recorded as they occur, in any stage, as activities of these kinds:
  `template.update(customer, {"activities": (*customer.activities, Activity(kind="up-sell", at=now))}, at=now)`.
  They need nothing of the template. What is sold is a deal of its own, an opportunity that names its `customer`; a
  referral starts a lead, which `refer` makes.
- A renewed customer goes on: it is reopened in `active`, with the renewal as the ground and the new end of its
  contract. A churned one that is won back begins again, in `onboarding` or `active`.
- From the field in general: objections are resolved before renewing, and churn has its report. The reason is asked; the
  account of the contact and its lesson may follow: their absence is a warning, and so is that of what a renewal taught.
- Chosen: support works the onboarding and the account manager the rest: information, not a rule. A step back takes a
  ground, and a customer that rests is held.
- Chosen: every probability (here the chance to renew), age and interval. Put your own figures in their place.

The follow-up of `seven-step` and of `jobphoning-process`, the relationship building of `four-step` and what comes after
the purchase in `classic-pipeline` and after the sale in `heflo-process` are all here.
"""

from __future__ import annotations

from datetime import timedelta

from salesflow.moves import Policy
from salesflow.records import Customer
from salesflow.rules import objections_resolved, present
from salesflow.stage import Stage
from salesflow.template import StageTemplate
from salesflow.values import FrozenMap

TEMPLATE = StageTemplate(
    id="after-sales",
    version="1",
    record=Customer,
    label="After-sales",
    labels=FrozenMap({"fr": "Après-vente"}),
    stages=(
        Stage(
            id="onboarding",
            label="Onboarding",
            labels=FrozenMap({"fr": "Accueil"}),
            roles=("support",),
            probability=70,
            follow_up_every=timedelta(days=7),
            max_age=timedelta(days=60),
        ),
        Stage(
            id="active",
            label="Active",
            labels=FrozenMap({"fr": "Actif"}),
            roles=("account_manager",),
            probability=80,
            follow_up_every=timedelta(days=90),
        ),
        Stage(
            id="renewal-due",
            label="Renewal due",
            labels=FrozenMap({"fr": "Renouvellement à négocier"}),
            rules=(present("contract_end"),),
            roles=("account_manager",),
            probability=80,
            follow_up_every=timedelta(days=7),
            max_age=timedelta(days=90),
        ),
        Stage(
            id="on-hold",
            label="On hold",
            labels=FrozenMap({"fr": "En attente"}),
            hold=True,
            follow_up_every=timedelta(days=30),
        ),
        Stage(
            id="renewed",
            label="Renewed",
            labels=FrozenMap({"fr": "Renouvelé"}),
            outcome="won",
            rules=(objections_resolved(), present("lessons", severity="warn")),
            probability=100,
        ),
        Stage(
            id="churned",
            label="Churned",
            labels=FrozenMap({"fr": "Parti"}),
            outcome="lost",
            rules=(
                present("loss.reason"),
                present("loss.account", severity="warn"),
                present("loss.lesson", severity="warn"),
            ),
            probability=0,
        ),
    ),
    policy=Policy(
        skip="never",
        back="with_ground",
        reopen_from=("renewed", "churned"),
        reopen_to=("onboarding", "active"),
    ),
)
