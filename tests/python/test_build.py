"""Builds with a test set: Hugging Face by the card, Croissant by its own validator, the
manifest's sums, and what each row rests on beside it."""

import hashlib
import json
import shutil

import mlcroissant
import pyarrow.parquet
import pytest
from collector import tacit
from conftest import read
from datasets import load_dataset

# One each of what rows are made of; test_card.py reads builds of all formats.
FORMATS = ["openai-sft", "trl-kto", "trl-reward", "rag"]


@pytest.fixture(scope="session")
def built(data, tmp_path_factory):
    """The directory of a build, by the name of its format."""
    folder = tmp_path_factory.mktemp("builds")
    for name in FORMATS:
        tacit(data, "dataset", "build", "--format", name, "--split", "0.5", "--no-dedupe", "--out", str(folder / name))
    return folder


def rows_of(path):
    return {split: read(path / f"{split}.jsonl") for split in ("train", "test")}


def check_card(path, cache):
    """`load_dataset` on the directory reads the card: files, splits, columns and their counts."""
    rows = rows_of(path)
    loaded = load_dataset(str(path), cache_dir=str(cache))
    for split in ("train", "test"):
        assert loaded[split].num_rows == len(rows[split]) > 0
        assert loaded[split].column_names == list(rows[split][0])
    beside = str(path / "provenance.parquet")
    provenance = load_dataset("parquet", data_files=beside, split="train", cache_dir=str(cache))
    assert provenance.num_rows == len(rows["train"]) + len(rows["test"])


def check_croissant(path):
    dataset = mlcroissant.Dataset(jsonld=str(path / "croissant.json"))
    assert dataset.metadata.ctx.issues.report() == ""
    rows = rows_of(path)
    counts = {}
    for records in dataset.metadata.record_sets:
        found = list(dataset.records(records.id))
        assert all(value is not None for record in found[:1] for value in record)
        counts[records.id] = len(found)
    total = len(rows["train"]) + len(rows["test"])
    assert total in counts.values() or {len(rows["train"]), len(rows["test"])} <= set(counts.values()), counts


def check_manifest(path):
    manifest = json.loads((path / "manifest.json").read_text())
    files = {str(file.relative_to(path)) for file in path.rglob("*") if file.is_file()}
    assert files == {"manifest.json", *manifest["files"]}
    for name, facts in manifest["files"].items():
        content = (path / name).read_bytes()
        assert len(content) == facts["bytes"]
        assert hashlib.sha256(content).hexdigest() == facts["sha256"], name


@pytest.mark.parametrize("name", FORMATS)
def test_the_card_loads(built, tmp_path, name):
    check_card(built / name, tmp_path)


@pytest.mark.parametrize("name", FORMATS)
def test_croissant_is_valid_and_has_the_rows(built, name):
    check_croissant(built / name)


@pytest.mark.parametrize("name", FORMATS)
def test_the_manifest_has_every_file_and_its_sum(built, name):
    check_manifest(built / name)


def test_nobody_is_on_both_sides_of_a_split(built):
    table = pyarrow.parquet.read_table(built / "trl-kto" / "provenance.parquet").to_pylist()
    rows = rows_of(built / "trl-kto")
    assert [row["split"] for row in table].count("train") == len(rows["train"])
    people = {split: {row["subject"] for row in table if row["split"] == split} for split in rows}
    assert people["train"] and people["test"] and not people["train"] & people["test"]


@pytest.fixture
def copy(built, tmp_path):
    path = tmp_path / "build"
    shutil.copytree(built / "trl-kto", path)
    return path


def replace(path, text, other):
    before = path.read_text()
    assert text in before
    path.write_text(before.replace(text, other))


def test_a_card_of_other_columns_is_refused(copy, tmp_path):
    replace(copy / "README.md", "name: completion", "name: answer")
    with pytest.raises(Exception):
        check_card(copy, tmp_path / "cache")


def test_croissant_of_another_column_is_refused(copy):
    replace(copy / "croissant.json", '"column": "label"', '"column": "labels"')
    with pytest.raises(Exception):
        check_croissant(copy)


def test_croissant_without_its_standard_is_refused(copy):
    replace(copy / "croissant.json", '"conformsTo": "http://mlcommons.org/croissant/1.0",', "")
    replace(copy / "croissant.json", '"@type": "sc:Dataset"', '"@type": "sc:Thing"')
    with pytest.raises(Exception):
        check_croissant(copy)


def test_a_changed_row_is_found(copy):
    replace(copy / "train.jsonl", '"label":true', '"label":false')
    with pytest.raises(Exception):
        check_manifest(copy)
