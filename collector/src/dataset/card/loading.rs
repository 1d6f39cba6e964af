//! `loading/`: settings with which other trainers read these very files. There is
//! nothing for a trainer that cannot: Axolotl's KTO takes texts without a template,
//! LLaMA-Factory wants the whole conversation in one list.

use serde_json::json;

use super::facts::CardFacts;
use crate::dataset::composition::Composition;

const AXOLOTL: &str = "loading/axolotl.yaml";
const LLAMA_FACTORY: &str = "loading/llama_factory/dataset_info.json";
const UNSLOTH: &str = "loading/unsloth.py";

/// Files by name.
pub(super) fn files(facts: &CardFacts<'_>, composition: &Composition) -> Vec<(String, String)> {
    let files = [
        (AXOLOTL, axolotl(facts)),
        (LLAMA_FACTORY, llama_factory(facts)),
        (UNSLOTH, unsloth(facts, composition)),
    ];
    let made = files.into_iter();
    made.filter_map(|(name, text)| Some((name.into(), text?)))
        .collect()
}

/// Axolotl, as in its `prompt_strategies`.
fn axolotl(facts: &CardFacts<'_>) -> Option<String> {
    let (about, head, of_each): (_, &str, &[&str]) = match facts.inputs.format.as_str() {
        "trl-sft-chat" => (
            "Every answer of a conversation is trained on; openai-sft marks the judged one.",
            "",
            &["type: chat_template", "field_messages: messages"],
        ),
        "openai-sft" => (
            "Only answers of weight 1 are trained on.",
            "",
            &[
                "type: chat_template",
                "field_messages: messages",
                "message_field_training: weight",
            ],
        ),
        "trl-dpo" => (
            "Needs an Axolotl that takes a list as `chosen` (2026 and later).",
            "rl: dpo\n",
            &[
                "type: chat_template.default",
                "field_messages: prompt",
                "field_chosen: chosen",
                "field_rejected: rejected",
            ],
        ),
        "trl-reward" => (
            "Trains with DPO, which does not read the margins; for a reward model use TRL.",
            "rl: dpo\n",
            &["type: chat_template.argilla_chat"],
        ),
        _ => return None,
    };
    let list = |name: &str, split: &str| {
        let file = facts.file(split)?;
        let mut text = format!("{name}:\n  - path: {file}\n    ds_type: json\n    split: train\n");
        for line in of_each {
            text += &format!("    {line}\n");
        }
        Some(text)
    };
    let train = list("datasets", "train")?;
    let test = list("test_datasets", "test").unwrap_or_default();
    Some(format!(
        "# Axolotl reads the files of this dataset. {about}\n\
         # In the dataset's directory: axolotl train loading/axolotl.yaml\n\
         base_model: your-org/your-model # which model to train is yours to say\n\
         output_dir: ./model-out\n{head}{train}{test}"
    ))
}

/// LLaMA-Factory, as in its `data/parser.py`; `file_name` is below `dataset_dir`.
fn llama_factory(facts: &CardFacts<'_>) -> Option<String> {
    if !matches!(facts.inputs.format.as_str(), "trl-sft-chat" | "openai-sft") {
        return None;
    }
    let splits = facts.splits().into_iter();
    let entry = |(split, file, _): (&str, &str, _)| {
        let entry = json!({
            "file_name": format!("../../{file}"),
            "formatting": "sharegpt",
            "columns": { "messages": "messages" },
            "tags": {
                "role_tag": "role",
                "content_tag": "content",
                "user_tag": "user",
                "assistant_tag": "assistant",
                "system_tag": "system",
            },
        });
        (format!("tacit_{split}"), entry)
    };
    let entries: serde_json::Map<_, _> = splits.map(entry).collect();
    if entries.is_empty() {
        return None;
    }
    let mut text = serde_json::to_string_pretty(&entries).unwrap_or_default();
    text.push('\n');
    Some(text)
}

/// Unsloth, which trains with TRL's trainers.
fn unsloth(facts: &CardFacts<'_>, composition: &Composition) -> Option<String> {
    let (trainer, arguments, patch) = match facts.inputs.format.as_str() {
        "trl-sft" => ("SFT", String::new(), false),
        "trl-sft-chat" => ("SFT", String::new(), false),
        "trl-dpo" => ("DPO", String::new(), true),
        "trl-kto" => ("KTO", kto(composition), false),
        _ => return None,
    };
    let train = facts.file("train")?;
    let mut files = format!("    \"train\": str(HERE / \"{train}\"),\n");
    if let Some(test) = facts.file("test") {
        files += &format!("    \"test\": str(HERE / \"{test}\"),\n");
    }
    let (patch_import, patch_call) = if patch {
        (", PatchDPOTrainer", "    PatchDPOTrainer()\n")
    } else {
        ("", "")
    };
    Some(format!(
        r#""""Trains on this dataset with Unsloth: python loading/unsloth.py MODEL

The rows are read as they are; Unsloth trains with TRL's {trainer}Trainer.
"""

import sys
from pathlib import Path

from datasets import load_dataset

HERE = Path(__file__).resolve().parent.parent
# This file is named like the package that it imports.
sys.path = [path for path in sys.path if Path(path).resolve() != HERE / "loading"]
FILES = {{
{files}}}


def rows():
    return load_dataset("json", data_files=FILES)


def main(model_name):
    from unsloth import FastLanguageModel{patch_import}
    from trl import {trainer}Config, {trainer}Trainer

{patch_call}    model, tokenizer = FastLanguageModel.from_pretrained(model_name, load_in_4bit=True)
    model = FastLanguageModel.get_peft_model(model, r=16, lora_alpha=16)
    data = rows()
    trainer = {trainer}Trainer(
        model=model,
        processing_class=tokenizer,
        train_dataset=data["train"],
        eval_dataset=data.get("test"),
        args={trainer}Config(
            output_dir="model-out",
            per_device_train_batch_size=4,
            gradient_accumulation_steps=4,
            num_train_epochs=1,
{arguments}        ),
    )
    trainer.train()


if __name__ == "__main__":
    main(sys.argv[1])
"#
    ))
}

/// KTO compares neighbours: the files are shuffled, and stay in that order.
fn kto(composition: &Composition) -> String {
    let weights = composition.balance.kto.map_or(String::new(), |kto| {
        format!(
            "            desirable_weight={},\n            undesirable_weight={},\n",
            kto.desirable, kto.undesirable
        )
    });
    format!("            train_sampling_strategy=\"sequential\",\n{weights}")
}
