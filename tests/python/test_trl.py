"""TRL's own processing of each of its formats, as its trainers do it before the first step."""

import pytest
from datasets import load_dataset
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast
from trl.data_utils import apply_chat_template, extract_prompt, is_conversational, unpair_preference_dataset

# Strict, as those of Gemma and Mistral are: turns alternate, and systems come first.
TEMPLATE = """
{%- for message in messages -%}
  {%- if message.role == 'system' and not loop.first -%}{{ raise_exception('system is not first') }}{%- endif -%}
  {%- if not loop.first and message.role == loop.previtem.role -%}
    {{ raise_exception('turns do not alternate') }}
  {%- endif -%}
  {{- '<' + message.role + '>' + message.content + '</' + message.role + '>' -}}
{%- endfor -%}
{%- if add_generation_prompt -%}{{ '<assistant>' }}{%- endif -%}"""


@pytest.fixture(scope="session")
def tokenizer():
    words = Tokenizer(models.WordLevel({"[UNK]": 0, "</s>": 1}, unk_token="[UNK]"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=words, eos_token="</s>")
    tokenizer.chat_template = TEMPLATE
    return tokenizer


def load(path, cache):
    rows = load_dataset("json", data_files=str(path), split="train", cache_dir=str(cache))
    assert all(is_conversational(row) for row in rows)
    return rows


def check_sft(path, tokenizer, cache):
    """Prompt and completion, or messages that end in what is to be learnt."""
    for row in load(path, cache):
        text = apply_chat_template(row, tokenizer)
        if "messages" in row:
            assert row["messages"][-1]["role"] == "assistant"
            assert text["text"].endswith(f"<assistant>{row['messages'][-1]['content']}</assistant>")
        else:
            check_answer(row, "completion")
            assert text["prompt"].endswith("</user><assistant>"), text
            assert text["completion"] == f"{row['completion'][0]['content']}</assistant>"


def check_answer(row, side):
    """TRL takes any roles and any number of messages for an answer."""
    assert [turn["role"] for turn in row[side]] == ["assistant"], row[side]


def check_dpo(path, tokenizer, cache):
    for row in load(path, cache):
        for side in ("chosen", "rejected"):
            check_answer(row, side)
        text = apply_chat_template(row, tokenizer)
        assert text["prompt"].endswith("</user><assistant>"), text
        assert text["chosen"] != text["rejected"]


def check_kto(path, tokenizer, cache):
    rows = load(path, cache)
    assert rows.features["label"].dtype == "bool"
    for row in rows:
        check_answer(row, "completion")
        text = apply_chat_template(row, tokenizer)
        assert text["prompt"].endswith("</user><assistant>"), text
    assert set(rows["label"]) == {True, False}
    # The loss compares neighbours, so answers to one prompt may not all stand together.
    prompts = [row["prompt"] for row in rows]
    assert any(one != other for one, other in zip(prompts, prompts[1:], strict=False))


def check_reward(path, tokenizer, cache):
    rows = load(path, cache)
    assert rows.features["margin"].dtype == "float64"
    for row in rows:
        assert 0 < row["margin"] <= 3
        apply_chat_template({side: row[side] for side in ("chosen", "rejected")}, tokenizer)
        split = extract_prompt(row)
        assert split["prompt"] and split["prompt"][-1]["role"] == "user", split
        for side in ("chosen", "rejected"):
            check_answer(split, side)


CHECKS = {
    "trl-sft": check_sft,
    "trl-sft-chat": check_sft,
    "trl-dpo": check_dpo,
    "trl-kto": check_kto,
    "trl-reward": check_reward,
}


@pytest.mark.parametrize("name", CHECKS)
def test_processes(exported, tokenizer, tmp_path, name):
    CHECKS[name](exported[name], tokenizer, tmp_path)


def test_pairs_become_verdicts(exported, tmp_path):
    pairs = load(exported["trl-dpo"], tmp_path)
    verdicts = unpair_preference_dataset(pairs)
    assert len(verdicts) == 2 * len(pairs)
    assert set(verdicts.column_names) == {"prompt", "completion", "label"}


def test_strength_reaches_the_reward_trainer(exported, tmp_path):
    """Edits that kept much are weaker preferences than answers thrown away."""
    margins = set(load(exported["trl-reward"], tmp_path)["margin"])
    assert margins == {0.2, 3.0}


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("trl-sft", lambda row: row["prompt"].append({"role": "system", "content": "x"})),
        ("trl-sft", lambda row: row["prompt"].append({"role": "assistant", "content": "x"})),
        ("trl-sft", lambda row: row["completion"][0].update(role="user")),
        ("trl-sft-chat", lambda row: row["messages"].pop()),
        ("trl-sft-chat", lambda row: row["messages"].append({"role": "system", "content": "x"})),
        ("trl-dpo", lambda row: row.update(chosen=row["rejected"])),
        ("trl-dpo", lambda row: row["prompt"].append({"role": "user", "content": "x"})),
        ("trl-dpo", lambda row: row["chosen"].append(row["chosen"][0])),
        ("trl-kto", lambda row: row.update(label=1)),
        ("trl-kto", lambda row: row.update(completion="text")),
        ("trl-reward", lambda row: row.update(margin="3")),
        ("trl-reward", lambda row: row.update(chosen=row["chosen"][-1:], rejected=row["rejected"][-1:])),
    ],
)
def test_refuses(spoil, tokenizer, tmp_path, name, change):
    with pytest.raises(Exception):
        CHECKS[name](spoil(name, change), tokenizer, tmp_path)
