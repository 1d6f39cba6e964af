"""ragas: feedback on retrieval as an evaluation set."""

import pytest
from conftest import read
from ragas import EvaluationDataset


def check(path):
    rows = read(path)
    samples = EvaluationDataset.from_jsonl(path).samples
    for sample, row in zip(samples, rows, strict=True):
        # ragas takes samples without anything in them.
        assert sample.user_input and sample.response
        assert len(sample.retrieved_contexts) == len(sample.retrieved_context_ids) > 0
        assert len(row["retrieved_context_scores"]) == len(sample.retrieved_contexts)
        assert sample.reference == row["reference"]
        assert row["label"] is not True or sample.reference


def test_loads(exported):
    check(exported["rag"])


def test_answers_people_kept_are_references_and_those_they_refused_are_not(exported):
    for row in read(exported["rag"]):
        kept = row["output"].startswith("cited")
        assert row["label"] is kept
        assert row["reference"] == (row["response"] if kept else None)
        assert "help@shop.example" not in str(row) and "[email]" in row["retrieved_contexts"][0]


@pytest.mark.parametrize(
    "change",
    [
        lambda row: row.update(user_input=None),
        lambda row: row.update(response=["a"]),
        lambda row: row.update(retrieved_contexts="one"),
        lambda row: row["retrieved_contexts"].append(None),
        lambda row: row["retrieved_context_ids"].pop(),
        lambda row: row.update(label=True, reference=None),
    ],
)
def test_refuses(spoil, change):
    with pytest.raises(Exception):
        check(spoil("rag", change))
