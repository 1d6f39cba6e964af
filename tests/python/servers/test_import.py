"""`tacit import` of what a real Phoenix gives out: by its API, and by its client's data frame as CSV."""

import json
import os
import subprocess
import urllib.request

import pytest
from collector import binary
from test_push import House, phoenix, spans, until  # noqa: F401

PEOPLE = {0: 1.0, 1: 0.0, 2: 0.25}


@pytest.fixture
def house(tmp_path):
    house = House(tmp_path)
    yield house
    house.collector.stop()


def imported(house, path):
    command = [binary(), "import", "--from", "phoenix", str(path), "--url", house.collector.url, "--json"]
    env = {**os.environ, "TACIT_SECRET_KEY": house.collector.secret}
    done = subprocess.run(command, capture_output=True, text=True, env=env)
    assert done.returncode == 0, f"{done.stderr}\n{done.stdout}"
    house.collector.settle()
    return json.loads(done.stdout)


def ratings(house, count):
    def of(number):
        known = house.collector._send("GET", f"/v1/outputs/o-{number}")
        return [(signal["value"], signal.get("reason")) for signal in known["signals"] if signal["kind"] == "rated"]

    return {number: of(number) for number in range(count)}


def test_annotations_of_phoenix_become_ratings(phoenix, house, tmp_path):  # noqa: F811
    from phoenix.client import Client

    ids = spans(phoenix, len(PEOPLE) + 1)
    client = Client(base_url=phoenix)
    stored = lambda: {s["context"]["span_id"] for s in client.spans.get_spans(project_identifier="default", limit=1000)}
    until("the spans", lambda: {span for _, span in ids} <= stored())
    for number, score in PEOPLE.items():
        client.spans.add_span_annotation(span_id=ids[number][1], annotation_name="helpful", annotator_kind="HUMAN",
                                         score=score, explanation=f"opinion {number}", sync=True)  # fmt: skip
    client.spans.add_span_annotation(span_id=ids[-1][1], annotation_name="grounded", annotator_kind="LLM",
                                     label="factual", score=1.0, sync=True)  # fmt: skip
    house.collector.register([{"id": f"o-{n}", "aliases": list(pair), "output": "An answer"} for n, pair in enumerate(ids)])

    query = "&".join(f"span_ids={span}" for _, span in ids)
    with urllib.request.urlopen(f"{phoenix}/v1/projects/default/span_annotations?limit=1000&{query}") as answer:
        (tmp_path / "api.json").write_bytes(answer.read())
    told = imported(house, tmp_path / "api.json")
    assert (told["read"], told["accepted"], told["skipped"]) == (4, 3, {"evaluation": 1}), told
    # 0 to 1 is -1 to 1.
    rated = {0: [(1, "opinion 0")], 1: [(-1, "opinion 1")], 2: [(-0.5, "opinion 2")], 3: []}
    assert ratings(house, 4) == rated

    frame = client.spans.get_span_annotations_dataframe(span_ids=[span for _, span in ids], project_identifier="default")
    frame.to_csv(tmp_path / "frame.csv")
    told = imported(house, tmp_path / "frame.csv")
    assert (told["read"], told["signals"]) == (4, 3), told
    assert ratings(house, 4) == rated, "the same feedback adds nothing"
