"""demo-site/docs/notebooks.md: its blocks run as they stand, and say what the lines say."""

import json
import re
import shlex
from collections import Counter
from pathlib import Path

import pytest
from collector import Collector, fill, tacit
from conftest import read

PAGE = Path(__file__).parents[2] / "demo-site" / "docs" / "notebooks.md"


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(), re.DOTALL)


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """Where the page was worked through, and what its blocks left, by name."""
    folder = tmp_path_factory.mktemp("notebook")
    told = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("HF_DATASETS_CACHE", str(folder / "cache"))
        collector = Collector(Path("data"))
        try:
            fill(collector)
            (commands,) = blocks("sh")
            for command in commands.splitlines():
                program, *args = shlex.split(command)
                assert program == "tacit" and args[-2:] == ["--data", "data"]
                tacit("data", *args[:-2])
            tacit("data", "export", "--format", "labels", "--out", "labels.jsonl")
            patch.setenv("TACIT_URL", collector.url)
            patch.setenv("TACIT_SECRET_KEY", collector.secret)
            for number, block in enumerate(blocks("python")):
                exec(compile(block, f"{PAGE.name}, block {number + 1}", "exec"), told)
        finally:
            collector.stop()
    return folder, told


@pytest.fixture(scope="module")
def lines(ran):
    return read(ran[0] / "labels.jsonl")


def test_labels(ran, lines):
    told = ran[1]
    states = Counter(line["state"] for line in lines)
    assert told["by_prompt"].loc["support@14"].to_dict() == {state: states[state] for state in ("negative", "positive")}
    rules = Counter(rule for line in lines for rule in {reason["rule"] for reason in line["reasons"]})
    assert {row["rule"]: row["outputs"] for row in told["by_rule"].to_dicts()} == dict(rules)
    assert {(row["model"], row["state"]): row["outputs"] for row in told["sure"].to_dicts()} == {
        ("m-1", state): count for state, count in states.items()
    }
    assert told["liked"].num_rows == states["positive"] > 0
    assert {row["state"]: row["count"] for row in told["live"]["state"].value_counts().to_dicts()} == dict(states)


def test_a_build(ran, lines):
    folder, told = ran
    train = read(folder / "kto" / "train.jsonl")
    assert told["rows"]["train"].num_rows == len(train) > 0
    assert told["manifest"] == json.loads((folder / "kto" / "manifest.json").read_text())
    assert sum(rows for _, _, rows, _ in told["kept"]) == len(train)
    # Each row has its own provenance beside it: the label of that output is the row's.
    states = {line["output"]: line["state"] for line in lines}
    for row in told["train"].to_dict("records"):
        assert row["label"] == (states[row["output"]] == "positive"), row
    assert {label for _, label, _, _ in told["kept"]} == {True, False}
