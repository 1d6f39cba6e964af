"""Hugging Face `datasets`: every file of lines, with the columns its trainer expects."""

import pytest
from conftest import read
from datasets import Features, Json, List, Value, load_dataset

TEXT, NUMBER, TRUTH = Value("string"), Value("float64"), Value("bool")
TURN = {"role": TEXT, "content": TEXT}
TURNS = List(TURN)
METADATA = {
    "output": TEXT,
    "basis": TEXT,
    "confidence": NUMBER,
    "weight": NUMBER,
    "model": TEXT,
    "prompt_version": TEXT,
}
COLUMNS = {
    "trl-sft": {"prompt": TURNS, "completion": TURNS},
    "trl-sft-chat": {"messages": TURNS},
    "trl-dpo": {"prompt": TURNS, "chosen": TURNS, "rejected": TURNS},
    "trl-kto": {"prompt": TURNS, "completion": TURNS, "label": TRUTH},
    "trl-reward": {"chosen": TURNS, "rejected": TURNS, "margin": NUMBER},
    # Only answers have a weight, so `datasets` keeps messages as they are.
    "openai-sft": {"messages": List(Json())},
    "openai-dpo": {
        "input": {"messages": TURNS, "tools": List(Value("null")), "parallel_tool_calls": TRUTH},
        "preferred_output": TURNS,
        "non_preferred_output": TURNS,
    },
    "rag": {
        "user_input": TEXT,
        "retrieved_contexts": List(TEXT),
        "retrieved_context_ids": List(TEXT),
        "response": TEXT,
        "reference": TEXT,
        "retrieved_context_scores": List(NUMBER),
        "history": List(Value("null")),
        "label": TRUTH,
        "output": TEXT,
    },
    "evals-inspect": {"id": TEXT, "input": TURNS, "target": TEXT, "metadata": METADATA},
    "evals-promptfoo": {
        "description": TEXT,
        "vars": {"question": TEXT, "messages": TEXT},
        "assert": List({"type": TEXT, "value": TEXT, "threshold": NUMBER}),
        "metadata": METADATA,
    },
}


def check(path, name, cache):
    """Loads a file; `datasets` takes any types that agree, so the columns are compared."""
    rows = load_dataset("json", data_files=str(path), split="train", cache_dir=str(cache))
    assert rows.features == Features(COLUMNS[name]), rows.features
    assert without_nulls(list(rows)) == without_nulls(read(path))


def without_nulls(value):
    """`datasets` writes null where a struct lacks a field."""
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", COLUMNS)
def test_loads(exported, tmp_path, name):
    check(exported[name], name, tmp_path)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("trl-kto", lambda row: row.update(label="yes")),
        ("trl-kto", lambda row: row.update(label=1)),
        ("trl-sft", lambda row: row.update(prompt="What?")),
        ("trl-sft", lambda row: row.update(output="o-1")),
        ("trl-reward", lambda row: row.update(margin="3")),
        ("rag", lambda row: row.update(retrieved_contexts="one")),
    ],
)
def test_refuses(spoil, tmp_path, name, change):
    with pytest.raises(Exception):
        check(spoil(name, change), name, tmp_path)
