"""The table and the independent model agree on every pair of stages, wherever a record stands."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from salesflow.testing import _model as model
from salesflow.testing._asking import Asked, Template
from salesflow.testing._model import Deal
from salesflow.testing._strategies import requests, standing, templates


def agree(template: Template, record: object, asked: Asked) -> None:
    """Compare what the table and the model say of every stage, by every name."""
    deal = Deal.of(record)
    for name in [name for stage in template.stages for name in (stage.id, *stage.aliases)]:
        verdict = template.check(record, to=name, **asked.arguments)
        answer = model.judge(template, deal, replace(asked, to=name))
        said = (bool(verdict), verdict.kind, verdict.overrode if verdict else ())
        assert said == (answer.allowed, answer.way.kind if answer.way else None, answer.overrode if verdict else ())


@given(data=st.data(), template=templates())
def test_table_and_model_agree_everywhere(data: st.DataObject, template: Template) -> None:
    record = data.draw(standing(template))
    agree(template, record, data.draw(requests(template)).on(template, record))
