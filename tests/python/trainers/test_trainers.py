"""One optimiser step of each of TRL's trainers, on a random model of a few thousand weights."""

import math

import pytest
import torch
from datasets import load_dataset
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, LlamaForSequenceClassification, PreTrainedTokenizerFast
from trl import DPOConfig, DPOTrainer, RewardConfig, RewardTrainer, SFTConfig, SFTTrainer

try:
    from trl import KTOConfig, KTOTrainer
except ImportError:
    from trl.experimental.kto import KTOConfig, KTOTrainer

TEMPLATE = """
{%- for message in messages -%}
  {{- '<' + message.role + '> ' + message.content + ' </s>' -}}
{%- endfor -%}
{%- if add_generation_prompt -%}{{ '<assistant> ' }}{%- endif -%}"""


@pytest.fixture(scope="module")
def tokenizer():
    """Bytes as words, so that every text has different tokens."""
    special = ["[UNK]", "[PAD]", "</s>", "<system>", "<user>", "<assistant>"]
    signs = [chr(code) for code in range(32, 127)]
    vocabulary = {word: number for number, word in enumerate(special + signs)}
    words = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    words.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=words, unk_token="[UNK]", pad_token="[PAD]", eos_token="</s>", extra_special_tokens=special[3:]
    )
    tokenizer.chat_template = TEMPLATE
    return tokenizer


@pytest.fixture
def config(tokenizer):
    torch.manual_seed(0)
    return LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=16, intermediate_size=32, num_hidden_layers=1,
        num_attention_heads=2, num_key_value_heads=2, max_position_embeddings=1024,
        pad_token_id=tokenizer.pad_token_id, eos_token_id=tokenizer.eos_token_id, bos_token_id=None,
    )  # fmt: skip


def step(trainer):
    """The loss of one step; that it is a number, and that the model learnt from it."""
    before = {name: weight.detach().clone() for name, weight in trainer.model.named_parameters()}
    loss = trainer.train().training_loss
    assert math.isfinite(loss) and loss > 0, loss
    after = dict(trainer.model.named_parameters())
    assert any(not torch.equal(weight, after[name]) for name, weight in before.items())


def settings(kind, folder, **more):
    return kind(
        output_dir=str(folder), max_steps=1, per_device_train_batch_size=4, learning_rate=0.1, report_to=[],
        save_strategy="no", use_cpu=True, bf16=False, disable_tqdm=True, gradient_checkpointing=False, **more,
    )  # fmt: skip


def rows(exported, name, folder):
    return load_dataset("json", data_files=str(exported[name]), split="train", cache_dir=str(folder / "cache"))


@pytest.mark.parametrize("name", ["trl-sft", "trl-sft-chat"])
def test_sft(exported, tokenizer, config, tmp_path, name):
    step(SFTTrainer(
        LlamaForCausalLM(config), settings(SFTConfig, tmp_path),
        train_dataset=rows(exported, name, tmp_path), processing_class=tokenizer,
    ))  # fmt: skip


def test_dpo(exported, tokenizer, config, tmp_path):
    step(DPOTrainer(
        LlamaForCausalLM(config), LlamaForCausalLM(config), args=settings(DPOConfig, tmp_path),
        train_dataset=rows(exported, "trl-dpo", tmp_path), processing_class=tokenizer,
    ))  # fmt: skip


def test_kto(exported, tokenizer, config, tmp_path):
    step(KTOTrainer(
        LlamaForCausalLM(config), LlamaForCausalLM(config),
        args=settings(KTOConfig, tmp_path, train_sampling_strategy="sequential"),
        train_dataset=rows(exported, "trl-kto", tmp_path), processing_class=tokenizer,
    ))  # fmt: skip


def test_reward(exported, tokenizer, config, tmp_path):
    config.num_labels = 1
    step(RewardTrainer(
        LlamaForSequenceClassification(config), settings(RewardConfig, tmp_path),
        train_dataset=rows(exported, "trl-reward", tmp_path), processing_class=tokenizer,
    ))  # fmt: skip


def test_a_row_without_its_other_side_is_refused(exported, tokenizer, config, tmp_path):
    half = rows(exported, "trl-dpo", tmp_path).remove_columns("rejected")
    with pytest.raises(Exception):
        step(DPOTrainer(
            LlamaForCausalLM(config), LlamaForCausalLM(config), args=settings(DPOConfig, tmp_path),
            train_dataset=half, processing_class=tokenizer,
        ))  # fmt: skip
