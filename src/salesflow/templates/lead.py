"""The process of a lead: captured, contacted, worked or nurtured, then qualified and converted, or abandoned.

Source: French articles on sales processes, which agree on what becomes of a lead; the names of the stages are those
that CRM systems use. Use it where leads come in before there is a deal: in front of any process of opportunities
(`convert` leads there) and of `after-sales` (`refer` leads back here).

What is from the sources, and what is a choice made here:

- A lead is identified first: registered, or found again if it is known already, which `same_lead` tells. So it leaves
  `capture` with an e-mail address or a phone number; without the channel that it came from there is a warning, since
  what a channel brings could not be told.
- Nothing passes qualification without its criteria: need, value, budget and authority are asked on entering
  `qualified`. A qualified lead becomes an opportunity: `converted` asks which, and `convert` makes it.
- An unqualified lead is abandoned or nurtured, and may come back. It is nurtured straight from `contact` or `working`,
  and goes back to `working` or on to `qualified` whenever it is ready. Both are declared moves, for neither is an
  exception. An abandoned lead is reopened at `contact`, `working` or `nurturing`, with a ground.
- A lead is abandoned at any moment, and the reason is asked.
- Chosen: a lead that is worked need not be nurtured first, so `working` leads to `qualified`. Any other step back takes
  a ground, and a lead that rests is held. Marketing captures and nurtures, a rep contacts and qualifies: information,
  not a rule.
- Chosen: every probability (here the chance to be converted), age and interval. Put your own figures in their place.
"""

from __future__ import annotations

from datetime import timedelta

from salesflow.moves import Move, Policy
from salesflow.records import Lead
from salesflow.rules import any_of, present, qualified
from salesflow.stage import Stage
from salesflow.template import StageTemplate
from salesflow.values import FrozenMap

TEMPLATE = StageTemplate(
    id="lead",
    version="1",
    record=Lead,
    label="Lead",
    labels=FrozenMap({"fr": "Prospect"}),
    stages=(
        Stage(
            id="capture",
            label="Captured",
            labels=FrozenMap({"fr": "Enregistré"}),
            roles=("marketing",),
            probability=5,
            follow_up_every=timedelta(days=1),
            max_age=timedelta(days=7),
        ),
        Stage(
            id="contact",
            label="Contacted",
            labels=FrozenMap({"fr": "Contacté"}),
            rules=(any_of(present("email"), present("phone")), present("source", severity="warn")),
            roles=("rep",),
            probability=10,
            follow_up_every=timedelta(days=2),
            max_age=timedelta(days=14),
        ),
        Stage(
            id="working",
            label="Working",
            labels=FrozenMap({"fr": "En cours de traitement"}),
            roles=("rep",),
            probability=20,
            follow_up_every=timedelta(days=3),
            max_age=timedelta(days=30),
        ),
        Stage(
            id="nurturing",
            label="Nurturing",
            labels=FrozenMap({"fr": "En maturation"}),
            roles=("marketing",),
            probability=20,
            follow_up_every=timedelta(days=30),
            max_age=timedelta(days=365),
        ),
        Stage(
            id="qualified",
            label="Qualified",
            labels=FrozenMap({"fr": "Qualifié"}),
            rules=(qualified("need", "value", "budget", "authority"),),
            roles=("rep",),
            probability=60,
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
            id="converted",
            label="Converted",
            labels=FrozenMap({"fr": "Converti"}),
            outcome="won",
            rules=(present("opportunity"),),
            probability=100,
        ),
        Stage(
            id="abandoned",
            label="Abandoned",
            labels=FrozenMap({"fr": "Abandonné"}),
            outcome="lost",
            rules=(present("loss.reason"),),
            probability=0,
        ),
    ),
    moves=(
        Move(
            sources=("contact",),
            target="nurturing",
            name="Not ready yet",
            labels=FrozenMap({"fr": "Pas encore prêt"}),
        ),
        Move(
            sources=("nurturing",),
            target="working",
            name="Recycled",
            labels=FrozenMap({"fr": "Repris"}),
        ),
        Move(
            sources=("working",),
            target="qualified",
            name="Ready at once",
            labels=FrozenMap({"fr": "Prêt tout de suite"}),
        ),
    ),
    policy=Policy(skip="never", back="with_ground", reopen_to=("contact", "working", "nurturing")),
)
