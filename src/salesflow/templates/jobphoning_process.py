"""The JobPhoning process: a sale between companies in which every step belongs to a role.

Source: a French article from JobPhoning on the sales process between companies. Use it where marketing makes and
ripens the leads, and field sales and tele-prospectors sell to them.

What is from the source, and what is a choice made here:

- Lead generation, lead qualification, lead nurturing, approach, sales visits, conclusion, follow-up, in this order.
  Conclusion is the pair `won` and `lost`.
- Every step belongs to a role: marketing before the sale, field sales and tele-prospectors during and after. So only
  these may bring a deal into their stages, and `approach` is where marketing hands over. Everybody may hold or lose a
  deal, and take it back with a ground.
- Nothing passes qualification without its criteria: need, value, budget and authority are asked on entering
  `lead-nurturing`, the stage after it. What is nurtured is qualified and not yet ready to buy; a lead that is ready
  passes through without a question.
- From the field in general: a proposal has a product or service and a price. The source names no stage for it, so it
  is asked on winning, as what the visits came to.
- From the field in general: objections are resolved before winning, and a loss has its report. The reason is asked;
  the account of the contact, the lesson, and the lessons of a won deal may follow: their absence is a warning.
- Chosen: a lost deal is reopened by marketing at the qualification or in nurturing, or by those who sell at the
  approach. A deal that rests is held.
- Chosen: every probability, age and interval. Put your own figures in their place.

Follow-up comes after winning: it belongs to the customer's process, which begins by a hand-over and is worked by field
sales and tele-prospectors.
"""

from __future__ import annotations

from datetime import timedelta

from salesflow.moves import Policy
from salesflow.records import Opportunity
from salesflow.rules import objections_resolved, present, qualified, role
from salesflow.stage import Stage
from salesflow.template import StageTemplate
from salesflow.values import FrozenMap

MARKETING = ("marketing",)
SALES = ("field_sales", "tele_prospector")

TEMPLATE = StageTemplate(
    id="jobphoning-process",
    version="1",
    record=Opportunity,
    label="JobPhoning sales process",
    labels=FrozenMap({"fr": "Processus de vente JobPhoning"}),
    stages=(
        Stage(
            id="lead-generation",
            label="Lead generation",
            labels=FrozenMap({"fr": "Génération de prospects"}),
            rules=(role(*MARKETING),),
            roles=MARKETING,
            probability=5,
            max_age=timedelta(days=14),
        ),
        Stage(
            id="lead-qualification",
            label="Lead qualification",
            labels=FrozenMap({"fr": "Qualification des prospects"}),
            rules=(role(*MARKETING),),
            roles=MARKETING,
            probability=10,
            follow_up_every=timedelta(days=7),
            max_age=timedelta(days=30),
        ),
        Stage(
            id="lead-nurturing",
            label="Lead nurturing",
            labels=FrozenMap({"fr": "Maturation des prospects"}),
            rules=(role(*MARKETING), qualified("need", "value", "budget", "authority")),
            roles=MARKETING,
            probability=20,
            follow_up_every=timedelta(days=14),
            max_age=timedelta(days=180),
        ),
        Stage(
            id="approach",
            label="Approach",
            labels=FrozenMap({"fr": "Approche"}),
            rules=(role(*SALES),),
            roles=SALES,
            probability=40,
            follow_up_every=timedelta(days=3),
            max_age=timedelta(days=30),
        ),
        Stage(
            id="sales-visits",
            label="Sales visits",
            labels=FrozenMap({"fr": "Visites commerciales"}),
            rules=(role(*SALES),),
            roles=SALES,
            probability=60,
            follow_up_every=timedelta(days=7),
            max_age=timedelta(days=60),
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
            label="Conclusion: won",
            labels=FrozenMap({"fr": "Conclusion : gagnée"}),
            outcome="won",
            rules=(
                role(*SALES),
                present("offer.items"),
                present("offer.price"),
                objections_resolved(),
                present("lessons", severity="warn"),
            ),
            roles=SALES,
            probability=100,
        ),
        Stage(
            id="lost",
            label="Conclusion: lost",
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
    policy=Policy(skip="never", back="with_ground", reopen_to=("lead-qualification", "lead-nurturing", "approach")),
)
