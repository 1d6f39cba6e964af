"""What stands beside the rows: the card as Hugging Face reads it, Croissant, and the settings
with which other trainers read the files."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time

import mlcroissant
import pytest
import yaml
from collector import tacit
from conftest import ROWS, read
from datasets import Features, load_dataset
from huggingface_hub import DatasetCard

FORMATS = [name for name in ROWS if not name.startswith("labels")]


@pytest.fixture(scope="session")
def built(data, tmp_path_factory):
    """The directory of a build, by the name of its format."""
    folder = tmp_path_factory.mktemp("builds")
    as_of = str(int(time.time() * 1000))
    for name in FORMATS:
        tacit(data, "dataset", "build", "--format", name, "--as-of", as_of, "--no-dedupe", "--out", str(folder / name))
    return folder


@pytest.fixture
def spoilt(built, tmp_path):
    """A copy of a KTO build."""
    return shutil.copytree(built / "trl-kto", tmp_path / "trl-kto")


def check_croissant(directory):
    """Validates the metadata, and reads every record of every file by it; how many of each."""
    dataset = mlcroissant.Dataset(jsonld=str(directory / "croissant.json"))
    assert dataset.metadata.ctx.issues.report() == ""
    assert dataset.metadata.data_collection and dataset.metadata.data_biases
    return {one.id: list(dataset.records(one.id)) for one in dataset.metadata.record_sets}


@pytest.mark.parametrize("name", FORMATS)
def test_croissant(built, name):
    records = check_croissant(built / name)
    assert set(records) == {"train"}
    assert len(records["train"]) == len(read(built / name / "train.jsonl"))


def test_croissant_says_what_the_lines_say(built):
    records = check_croissant(built / "trl-kto")["train"]
    for record, line in zip(records, read(built / "trl-kto/train.jsonl"), strict=True):
        said = [one["train/prompt/content"].decode() for one in record["train/prompt"]]
        assert said == [turn["content"] for turn in line["prompt"]]
        assert record["train/label"] == line["label"]


def test_croissant_refuses(spoilt):
    train = spoilt / "train.jsonl"
    train.write_text(train.read_text().replace("true", "false", 1))
    with pytest.raises(Exception, match="(?i)hash|sha256|GenerationError|generation"):
        check_croissant(spoilt)


def test_croissant_refuses_what_is_no_croissant(spoilt):
    path = spoilt / "croissant.json"
    document = json.loads(path.read_text())
    del document["distribution"][0]["encodingFormat"]
    path.write_text(json.dumps(document))
    with pytest.raises(mlcroissant.ValidationError):
        check_croissant(spoilt)


def check_card(directory, cache):
    """Reads the card as the hub does and the rows as it says."""
    card = DatasetCard.load(directory / "README.md").data.to_dict()
    [info] = card["dataset_info"]
    rows = load_dataset(str(directory), cache_dir=str(cache))
    assert set(rows) == {split["name"] for split in info["splits"]}
    for split in info["splits"]:
        assert len(rows[split["name"]]) == split["num_examples"]
        assert rows[split["name"]].features == Features._from_yaml_list(info["features"])
    return card, rows


@pytest.mark.parametrize("name", FORMATS)
def test_card(built, tmp_path, name):
    card, rows = check_card(built / name, tmp_path)
    assert card["license"] == "other"
    assert card["size_categories"] == ["n<1K"]
    assert len(rows["train"]) == len(read(built / name / "train.jsonl"))


def test_provenance_stands_in_the_order_of_the_rows(built, tmp_path):
    directory = built / "evals-inspect"
    table = str(directory / "provenance.parquet")
    provenance = load_dataset("parquet", data_files=table, split="train", cache_dir=str(tmp_path))
    assert provenance["name"] == [line["id"] for line in read(directory / "train.jsonl")]
    assert all(weight > 0 for weight in provenance["ipw"])


def test_both_splits_load(data, tmp_path):
    out = tmp_path / "split"
    options = ["--format", "trl-kto", "--split", "0.5", "--no-dedupe", "--out", str(out)]
    tacit(data, "dataset", "build", *options)
    _, rows = check_card(out, tmp_path / "cache")
    assert set(rows) == {"train", "test"} and min(map(len, rows.values())) > 0
    assert set(check_croissant(out)) == {"train", "test"}


def test_card_refuses(spoilt, tmp_path):
    readme = spoilt / "README.md"
    text = readme.read_text()
    assert "  - name: label\n    dtype: bool\n" in text
    readme.write_text(text.replace("  - name: label\n    dtype: bool\n", ""))
    with pytest.raises(Exception, match="(?i)cast|column|generat"):
        check_card(spoilt, tmp_path / "cache")


@pytest.mark.parametrize("name", ["trl-sft-chat", "openai-sft", "trl-dpo", "trl-reward"])
def test_axolotl_settings(built, name):
    directory = built / name
    settings = yaml.safe_load((directory / "loading/axolotl.yaml").read_text())
    [dataset] = settings["datasets"]
    first = read(directory / dataset["path"])[0]
    columns = [dataset[field] for field in ("field_messages", "field_chosen", "field_rejected") if field in dataset]
    assert all(column in first for column in columns)
    assert (settings.get("rl") == "dpo") == ("chosen" in first)


@pytest.mark.parametrize("name", ["trl-sft-chat", "openai-sft"])
def test_llama_factory_settings(built, name):
    folder = built / name / "loading/llama_factory"
    entry = json.loads((folder / "dataset_info.json").read_text())["tacit_train"]
    tags = entry["tags"]
    for line in read(folder / entry["file_name"]):
        turns = line[entry["columns"]["messages"]]
        roles = [turn[tags["role_tag"]] for turn in turns]
        roles = roles[1:] if roles[0] == tags["system_tag"] else roles
        # Its converter takes a conversation that alternates and ends in an answer.
        assert roles == [tags["user_tag"], tags["assistant_tag"]] * (len(roles) // 2)


@pytest.mark.parametrize("name", ["trl-sft", "trl-sft-chat", "trl-dpo", "trl-kto"])
def test_unsloth_script(built, tmp_path, monkeypatch, name):
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path))
    script = built / name / "loading/unsloth.py"
    compile(script.read_text(), str(script), "exec")
    spec = importlib.util.spec_from_file_location("script", script)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert len(module.rows()["train"]) == len(read(built / name / "train.jsonl"))


def test_unsloth_script_does_not_import_itself(built, tmp_path):
    """It is named like the package; a stand-in for that must be what it finds."""
    package = tmp_path / "unsloth"
    package.mkdir()
    (package / "__init__.py").write_text("raise SystemExit(7)\n")
    script = built / "trl-kto/loading/unsloth.py"
    done = subprocess.run([sys.executable, str(script), "model"], env={**os.environ, "PYTHONPATH": str(tmp_path)})
    assert done.returncode == 7


def test_nothing_for_trainers_that_cannot_read_it(built):
    for name in ("openai-dpo", "rag", "evals-inspect", "evals-promptfoo"):
        assert not (built / name / "loading").exists()
