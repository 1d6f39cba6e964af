"""Labels as a typed table, by pyarrow, polars and DuckDB, against the lines and the CSV."""

import csv
import json
import re
from collections import Counter
from datetime import timezone
from pathlib import Path

import duckdb
import polars
import pyarrow.parquet
import pytest
from conftest import read
from datasets import load_dataset

PAGE = Path(__file__).parents[2] / "demo-site/docs/datasets.md"

TIMES = {"as_of", "matures_at", "shown_at"}


def by_pyarrow(path):
    return pyarrow.parquet.read_table(path).to_pylist()


def by_polars(path):
    return polars.read_parquet(path).to_dicts()


def by_duckdb(path):
    # Times as numbers: DuckDB hands out zoned ones only where pytz is.
    times = ", ".join(f"epoch_ms({name}) as {name}" for name in sorted(TIMES))
    table = duckdb.sql(f"select * replace ({times}) from '{path}'").arrow().read_all()
    return table.to_pylist()


def by_datasets(path):
    return load_dataset("parquet", data_files=str(path), split="train", cache_dir=str(path.parent / "cache")).to_list()


def plain(row):
    """A row of the table as the lines have it."""
    for name in TIMES & row.keys():
        if hasattr(row[name], "timestamp"):
            assert row[name].utcoffset() == timezone.utc.utcoffset(None)
            row[name] = round(row[name].timestamp() * 1000)
    return {**row, "arms": json.loads(row["arms"])}


def check(path, lines, reader):
    rows = [plain(row) for row in reader(path)]
    assert len(rows) == len(lines)
    for row, line in zip(rows, lines, strict=True):
        # Lines leave out what only few labels have.
        assert {name: value for name, value in row.items() if name in line or value is not None} == line


READERS = [by_pyarrow, by_polars, by_duckdb, by_datasets]


@pytest.mark.parametrize("reader", READERS)
def test_says_what_the_lines_say(exported, reader):
    check(exported["labels-parquet"], read(exported["labels"]), reader)


def test_evidence_is_queried_without_unpacking_text(exported):
    """By the query that datasets.md shows."""
    (shown,) = re.findall(r"```sql\n(.*?)```", PAGE.read_text(), re.DOTALL)
    rules = dict(duckdb.sql(shown.rstrip("; \n").replace("labels.parquet", str(exported["labels-parquet"]))).fetchall())
    found = Counter(reason["rule"] for line in read(exported["labels"]) for reason in line["reasons"])
    assert rules == found and {"copied_most", "rated_down"} <= set(rules)


def test_the_table_of_text_says_what_the_lines_say(exported):
    with exported["labels-csv"].open(newline="") as file:
        rows = list(csv.DictReader(file))
    lines = read(exported["labels"])
    assert [row["output"] for row in rows] == [line["output"] for line in lines]
    assert [json.loads(row["reasons"]) for row in rows] == [line["reasons"] for line in lines]
    assert polars.read_csv(exported["labels-csv"])["score"].to_list() == [line["score"] for line in lines]


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("spoilt", ["cut off", "a bit turned over", "another value"])
def test_refuses(exported, tmp_path, reader, spoilt):
    path = tmp_path / "bad.parquet"
    good = exported["labels-parquet"].read_bytes()
    if spoilt == "cut off":
        path.write_bytes(good[:-9])
    elif spoilt == "a bit turned over":
        # The first of the footer, whose length stands before the last four bytes.
        at = len(good) - 8 - int.from_bytes(good[-8:-4], "little")
        path.write_bytes(good[:at] + bytes([good[at] ^ 0x80]) + good[at + 1 :])
    else:
        table = pyarrow.parquet.read_table(exported["labels-parquet"])
        weights = pyarrow.array([weight.as_py() + 0.5 for weight in table["weight"]])
        at = table.schema.get_field_index("weight")
        pyarrow.parquet.write_table(table.set_column(at, "weight", weights), path)
    with pytest.raises(Exception):
        check(path, read(exported["labels"]), reader)
