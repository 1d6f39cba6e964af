"""Trains on this dataset with Unsloth: python loading/unsloth.py MODEL

The rows are read as they are; Unsloth trains with TRL's KTOTrainer.
"""

import sys
from pathlib import Path

from datasets import load_dataset

HERE = Path(__file__).resolve().parent.parent
# This file is named like the package that it imports.
sys.path = [path for path in sys.path if Path(path).resolve() != HERE / "loading"]
FILES = {
    "train": str(HERE / "train.jsonl"),
}


def rows():
    return load_dataset("json", data_files=FILES)


def main(model_name):
    from unsloth import FastLanguageModel
    from trl import KTOConfig, KTOTrainer

    model, tokenizer = FastLanguageModel.from_pretrained(model_name, load_in_4bit=True)
    model = FastLanguageModel.get_peft_model(model, r=16, lora_alpha=16)
    data = rows()
    trainer = KTOTrainer(
        model=model,
        processing_class=tokenizer,
        train_dataset=data["train"],
        eval_dataset=data.get("test"),
        args=KTOConfig(
            output_dir="model-out",
            per_device_train_batch_size=4,
            gradient_accumulation_steps=4,
            num_train_epochs=1,
            train_sampling_strategy="sequential",
            desirable_weight=1.0,
            undesirable_weight=2.286,
        ),
    )
    trainer.train()


if __name__ == "__main__":
    main(sys.argv[1])
