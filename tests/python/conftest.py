"""What all loaders read: one export of each format, and bad files that each must refuse."""

import json
import os
import time

import pytest
from collector import CONVERSATIONS, Collector, fill, tacit

# Nothing is loaded from anywhere but files.
os.environ.update(HF_HUB_OFFLINE="1", HF_DATASETS_OFFLINE="1", TOKENIZERS_PARALLELISM="false", NO_COLOR="1")

# Rows of each format, of CONVERSATIONS conversations each.
ROWS = {
    "labels": 5,
    "labels-csv": 5,
    "labels-parquet": 5,
    "trl-sft": 3,
    "trl-sft-chat": 3,
    "trl-dpo": 2,
    "trl-kto": 5,
    "trl-reward": 2,
    "openai-sft": 3,
    "openai-dpo": 2,
    "rag": 2,
    "evals-inspect": 3,
    "evals-promptfoo": 3,
}
EXTENSIONS = {"labels-csv": "csv", "labels-parquet": "parquet"}


@pytest.fixture(scope="session")
def data(tmp_path_factory):
    """A data directory that a running collector filled."""
    collector = Collector(tmp_path_factory.mktemp("collector") / "data")
    try:
        fill(collector)
    finally:
        collector.stop()
    return collector.data


@pytest.fixture(scope="session")
def exported(data, tmp_path_factory):
    """The path of an export, by the name of its format."""
    folder = tmp_path_factory.mktemp("exports")
    as_of = str(int(time.time() * 1000))
    paths = {}
    for name, rows in ROWS.items():
        paths[name] = folder / f"{name}.{EXTENSIONS.get(name, 'jsonl')}"
        told = tacit(data, "export", "--format", name, "--as-of", as_of, "--out", str(paths[name]), "--json")
        summary = json.loads(told)
        assert summary["rows"] == rows * CONVERSATIONS, f"{name}: {summary}"
    return paths


@pytest.fixture
def spoil(exported, tmp_path):
    """A copy of an export whose second row was changed."""

    def spoiled(name, change):
        rows = read(exported[name])
        changed = change(rows[1])
        rows[1] = rows[1] if changed is None else changed
        path = tmp_path / "bad.jsonl"
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
        return path

    return spoiled


def read(path):
    return [json.loads(line) for line in path.read_text().splitlines()]
