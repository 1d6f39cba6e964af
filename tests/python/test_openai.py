"""The OpenAI shapes, by the strictest public validator: Together's of `together` 1.5
(that of 3.x takes any object)."""

import pytest
from conftest import read
from together.utils.files import check_file


def check(path, name):
    report = check_file(path)
    assert report["is_check_passed"], report
    for row in read(path):
        if name == "openai-sft":
            # The validator takes conversations without an answer to learn.
            last = row["messages"][-1]
            assert (last["role"], last["weight"]) == ("assistant", 1), last
            earlier = [turn for turn in row["messages"][:-1] if turn["role"] == "assistant"]
            assert all(turn["weight"] == 0 for turn in earlier), earlier
        else:
            # And inputs that already end in one.
            assert row["input"]["messages"][-1]["role"] == "user", row["input"]
            assert row["preferred_output"] != row["non_preferred_output"]


@pytest.mark.parametrize("name", ["openai-sft", "openai-dpo"])
def test_passes(exported, name):
    check(exported[name], name)


def test_earlier_answers_are_left_out(exported):
    answers = [turn for row in read(exported["openai-sft"]) for turn in row["messages"] if turn["role"] == "assistant"]
    assert {turn["weight"] for turn in answers} == {0, 1}


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("openai-sft", lambda row: row.update(label=True)),
        ("openai-sft", lambda row: row["messages"][-1].update(weight=0.5)),
        ("openai-sft", lambda row: row["messages"][-1].update(role="model")),
        ("openai-sft", lambda row: row["messages"].append({"role": "assistant", "content": "x", "weight": 1})),
        ("openai-sft", lambda row: row["messages"].pop()),
        ("openai-dpo", lambda row: row.update(metadata={})),
        ("openai-dpo", lambda row: row["preferred_output"].append(row["preferred_output"][0])),
        ("openai-dpo", lambda row: row["preferred_output"][0].update(role="user")),
        ("openai-dpo", lambda row: row.update(input=row["input"]["messages"])),
        ("openai-dpo", lambda row: row["input"]["messages"].append({"role": "assistant", "content": "x"})),
    ],
)
def test_refuses(spoil, name, change):
    with pytest.raises(Exception):
        check(spoil(name, change), name)
