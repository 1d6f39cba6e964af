"""What DuckDB does beside Tacit: a table of signals, their labels by labels.sql, and whether
they are Tacit's. `duck.py table CSV PARQUET`, `duck.py labels PARQUET OUT AS_OF THREADS`,
`duck.py same OURS THEIRS`: each prints one JSON value."""

import json
import sys
import time
from pathlib import Path

import duckdb

HERE = Path(__file__).parent


def table(csv, parquet):
    """The signals as DuckDB likes them best; not timed."""
    started = duckdb.connect()
    started.execute(
        f"""COPY (SELECT * REPLACE (conversation::BIGINT AS conversation) FROM read_csv('{csv}', all_varchar = false, nullstr = '',
            types = {{'conversation': 'BIGINT', 'output': 'VARCHAR', 'session': 'VARCHAR', 'seq': 'BIGINT', 'client_at': 'BIGINT',
                     'sent_at': 'BIGINT', 'received_at': 'BIGINT', 'age_ms_max': 'BIGINT', 'evaluation': 'BOOLEAN',
                     'kind': 'VARCHAR', 'what': 'VARCHAR', 'share': 'INTEGER', 'words': 'BIGINT', 'active_ms': 'BIGINT',
                     'after_ms': 'BIGINT', 'changed': 'BIGINT', 'value': 'INTEGER', 'similarity': 'INTEGER',
                     'gap_ms': 'BIGINT', 'age_s': 'BIGINT'}})) TO '{parquet}' (FORMAT parquet)"""
    )
    (signals,) = started.execute(f"SELECT count(*) FROM '{parquet}'").fetchone()
    return {"signals": signals, "version": duckdb.__version__}


def labels(parquet, out, as_of, threads):
    """Labels into a file of JSON lines, as `tacit export --format labels` writes them."""
    connection = duckdb.connect(config={"threads": int(threads), "temp_directory": f"{out}.tmp"})
    began = time.monotonic()
    connection.execute(f"CREATE VIEW signals AS SELECT * FROM '{parquet}'")
    query = (HERE / "labels.sql").read_text().replace("$as_of", str(int(as_of)))
    connection.execute(f"COPY ({query}) TO '{out}' (FORMAT json)")
    return {"seconds": time.monotonic() - began}


def same(ours, theirs):
    """How many labels of outputs with signals are equal in each thing that both say."""
    connection = duckdb.connect()
    connection.execute(
        f"""CREATE VIEW ours AS SELECT output, state, (score * 1000)::BIGINT AS score, weight::INTEGER AS weight,
            round(confidence * 1000)::INTEGER AS confidence, mature, matures_at,
            list_sort(list_transform(reasons, lambda one: one.rule)) AS reasons
            FROM read_json('{ours}', format = 'newline_delimited', columns = {{'output': 'VARCHAR', 'state': 'VARCHAR',
              'score': 'DOUBLE', 'weight': 'DOUBLE', 'confidence': 'DOUBLE', 'mature': 'BOOLEAN', 'matures_at': 'BIGINT',
              'reasons': 'STRUCT(rule VARCHAR)[]'}}) WHERE matures_at IS NOT NULL"""
    )
    connection.execute(
        f"""CREATE VIEW theirs AS SELECT * FROM read_json('{theirs}', format = 'newline_delimited', columns = {{'output': 'VARCHAR',
              'score': 'BIGINT', 'state': 'VARCHAR', 'weight': 'INTEGER', 'confidence': 'INTEGER', 'mature': 'BOOLEAN',
              'matures_at': 'BIGINT', 'reasons': 'VARCHAR[]'}})"""
    )
    fields = ["state", "score", "weight", "confidence", "mature", "matures_at", "reasons"]
    differ = ", ".join(f"count(*) FILTER (ours.{field} IS DISTINCT FROM theirs.{field}) AS {field}" for field in fields)
    alike = " AND ".join(f"ours.{field} IS NOT DISTINCT FROM theirs.{field}" for field in fields)
    counted = connection.execute(
        f"""SELECT count(*) AS outputs, count(*) FILTER ({alike} AND ours.output IS NOT NULL AND theirs.output IS NOT NULL) AS equal,
            {differ} FROM ours FULL JOIN theirs USING (output)"""
    )
    names = [column[0] for column in counted.description]
    told = dict(zip(names, counted.fetchone()))
    example = connection.execute(
        f"SELECT ours, theirs FROM ours FULL JOIN theirs USING (output) WHERE NOT ({alike}) LIMIT 1"
    ).fetchone()
    return {"outputs": told["outputs"], "equal": told["equal"], "differ": {f: told[f] for f in fields if told[f]}, "example": str(example)}


if __name__ == "__main__":
    what, *args = sys.argv[1:]
    print(json.dumps({"table": table, "labels": labels, "same": same}[what](*args)))
