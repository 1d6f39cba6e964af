"""Evaluation sets: Inspect's reader, and promptfoo's test cases by their documented shape.

promptfoo itself needs Node 22 and 600 MB: `npm run test:full -- loaders:promptfoo` runs it."""

import json

import jinja2
import pytest
from conftest import read
from inspect_ai.dataset import json_dataset


def check_inspect(path):
    samples = list(json_dataset(str(path)))
    rows = read(path)
    # Inspect numbers samples that have no name; results then depend on the order.
    assert [sample.id for sample in samples] == [row["id"] for row in rows]
    assert len({row["id"] for row in rows}) == len(rows) and all(row["id"] for row in rows)
    for sample, row in zip(samples, rows, strict=True):
        turns = [{"role": message.role, "content": message.content} for message in sample.input]
        assert turns == row["input"] and turns[-1]["role"] == "user"
        assert isinstance(row["target"], str) and sample.target == row["target"] != ""
        assert sample.metadata == row["metadata"]


def check_promptfoo(path):
    template = jinja2.Environment(keep_trailing_newline=True)
    for row in read(path):
        assert row.keys() == {"description", "vars", "assert", "metadata"}
        assert row["vars"].keys() == {"question", "messages"}
        # A list would be taken apart into tests of their own.
        assert all(isinstance(value, str) for value in row["vars"].values())
        [similar] = row["assert"]
        assert similar.keys() == {"type", "value", "threshold"}
        assert similar["type"] == "similar" and 0 < similar["threshold"] <= 1
        # Values are rendered as templates (of Nunjucks, which has Jinja's signs).
        question, messages, value = (
            template.from_string(text).render()
            for text in (row["vars"]["question"], row["vars"]["messages"], similar["value"])
        )
        turns = json.loads(messages)
        assert turns[-1] == {"role": "user", "content": question}
        assert value


def test_inspect_loads(exported):
    check_inspect(exported["evals-inspect"])


def test_promptfoo_loads(exported):
    check_promptfoo(exported["evals-promptfoo"])


def test_what_a_model_wrote_is_no_template(exported):
    values = [row["assert"][0]["value"] for row in read(exported["evals-promptfoo"])]
    code = [value for value in values if "{ x }}" in value]
    assert code, values
    for value in code:
        assert "{{ x }}" in jinja2.Environment().from_string(value).render()


@pytest.mark.parametrize(
    "change",
    [
        lambda row: row.update(input=7),
        lambda row: row.update(target=None),
        lambda row: row.update(metadata="{"),
        lambda row: row["input"][-1].update(role="model"),
        lambda row: row["input"].append({"role": "assistant", "content": "x"}),
        lambda row: row.update(id=None),
    ],
)
def test_inspect_refuses(spoil, change):
    with pytest.raises(Exception):
        check_inspect(spoil("evals-inspect", change))


@pytest.mark.parametrize(
    "change",
    [
        lambda row: row["vars"].update(messages=[{"role": "user", "content": "x"}]),
        lambda row: row["vars"].update(question="{{ secret }}"),
        lambda row: row["vars"].update(question="{% raw"),
        lambda row: row["assert"][0].update(threshold="0.8"),
        lambda row: row["assert"][0].update(value=""),
        lambda row: row.update(asserts=row.pop("assert")),
    ],
)
def test_promptfoo_refuses(spoil, change):
    with pytest.raises(Exception):
        check_promptfoo(spoil("evals-promptfoo", change))
