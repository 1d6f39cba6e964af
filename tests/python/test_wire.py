"""The binary batch in another language: signals/vectors/wire.py knows nothing but WIRE.md."""

import json
import re
import secrets
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from collector import Collector

SIGNALS = Path(__file__).parents[2] / "signals"
sys.path.insert(0, str(SIGNALS / "vectors"))

import wire  # noqa: E402

VECTORS = json.loads((SIGNALS / "vectors/batches.json").read_text())
READABLE = VECTORS["batches"] + VECTORS["dropped"] + VECTORS["newer"]


@pytest.mark.parametrize("vector", READABLE, ids=lambda vector: vector["name"])
def test_a_vector_is_read_as_its_twin_and_written_to_the_same_bytes(vector):
    data = bytes.fromhex(vector["hex"])
    assert wire.decode(data) == vector["batch"]
    assert wire.encode(vector["batch"]) == data


def test_the_vectors_are_what_the_document_gives():
    program = [sys.executable, str(SIGNALS / "vectors/batches.py")]
    told = subprocess.run(program, capture_output=True, check=True).stdout
    assert told == (SIGNALS / "vectors/batches.json").read_bytes()


def test_the_page_shows_the_first_vector():
    page = (SIGNALS / "WIRE.md").read_text(encoding="utf-8")
    [twin] = re.findall(r"^```json\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    [shown] = re.findall(r"^```hex\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    contract = VECTORS["batches"][0]
    assert "".join(shown.split()) == contract["hex"]
    assert contract["batch"] == {**contract["batch"], **json.loads(twin)}


@pytest.fixture(scope="module")
def collector(tmp_path_factory):
    collector = Collector(tmp_path_factory.mktemp("wire") / "data")
    yield collector
    collector.stop()


def test_a_collector_takes_what_another_language_writes(collector):
    """Every kind a page can state, then a text; each is stored as it was said."""
    now = int(time.time() * 1000)
    batch = {**_vector("fields_more"), "key": collector.publishable, "session": secrets.token_hex(16), "sent_at": now}
    plain = lambda event: {name: value for name, value in event.items() if not name.startswith("_")}
    events = [{**plain(event), "at": now - 1000 + 10 * event["seq"]} for event in batch["events"]]
    assert _post(collector, wire.encode({**batch, "events": events})) == 204
    collector.settle()
    stored = collector._send("GET", "/v1/outputs/o-1")["signals"]
    told = {signal["id"]: signal for signal in stored}
    assert len(told) == len(events) == 17
    for event in events:
        signal = told[f"{batch['session']}:{event['seq']}"]
        fields = {name: value for name, value in event.items() if name not in ("seq", "output")}
        assert signal == {**signal, **fields}

    # The same bytes again, as a client does that heard no answer, are stored once.
    assert _post(collector, wire.encode({**batch, "events": events})) == 204
    collector.settle()
    assert len(collector._send("GET", "/v1/outputs/o-1")["signals"]) == 17


def test_a_collector_says_what_it_refused(collector):
    now = int(time.time() * 1000)
    batch = {**_vector("contract"), "key": collector.publishable, "session": secrets.token_hex(16), "sent_at": now}
    good, bad = ({**event, "at": now} for event in batch["events"])
    status, answer = _post(collector, wire.encode({**batch, "events": [good, {**bad, "share": 1.001}]}), read=True)
    assert status == 200
    refused = {"seq": 1, "code": "share_out_of_range", "field": "share"}
    assert answer == {"accepted": 1, "duplicate": 0, "rejected": [refused]}


def _vector(name):
    return next(vector["batch"] for vector in READABLE if vector["name"] == name)


def _post(collector, body, read=False):
    """Without a content type, as the browser sends it."""
    request = urllib.request.Request(collector.url + "/c", body, {"content-type": ""})
    with urllib.request.urlopen(request) as answer:
        return (answer.status, json.loads(answer.read())) if read else answer.status
