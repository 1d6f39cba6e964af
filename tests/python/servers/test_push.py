"""`tacit push` against real servers, read back with their own clients."""

import base64
import http.server
import json
import os
import secrets
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from collector import Collector, binary

OUTPUTS = 24
KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
# What the label of an output is called, and worth.
KEPT = {True: ("kept", 1.0), False: ("not_kept", 0.0)}


def is_kept(number):
    return number % 3 != 2


class House:
    """A collector whose outputs have ids elsewhere."""

    def __init__(self, folder):
        self.collector = Collector(folder / "data")
        self.seq = {}
        self.sessions = {}

    def register(self, aliases):
        """Outputs `o-0` …, each with its ids elsewhere: copied, or asked for again."""
        began = int(time.time() * 1000) - 600_000
        self.began = began
        self.collector.register([{"id": f"o-{n}", "aliases": ids, "output": f"Answer {n}"} for n, ids in enumerate(aliases)])
        for number in range(len(aliases)):
            shown = {"chars": 800, "words": 130, "code_share": 0, "stream_ms": 900}
            self.act(number, 0, "shown", **shown)
            self.act(number, 4_000, "dwell", active_ms=4_000, read_share=1)
            if is_kept(number):
                self.act(number, 9_000, "copied", chars=720, share=0.9, via="button")
            else:
                self.act(number, 6_000, "regenerated", after_ms=5_000, ordinal=1)
        self.collector.settle()

    def act(self, number, after, kind, **fields):
        """One event in a session of its own."""
        event = {"at": self.began + after, "kind": kind, "output": f"o-{number}", **fields}
        self.collector.tell(f"u-{number}", [event])

    def push(self, kind, endpoint, *more, code=0):
        # What was shown a moment ago is decided and not mature.
        args = ["push", "--kind", kind, "--endpoint", endpoint, "--mature-only", "false", "--json", *more]
        command = [binary(), *args, "--data", str(self.collector.data)]
        done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PUSH_KEY": KEY})
        assert done.returncode == code, f"{done.returncode}\n{done.stderr}\n{done.stdout}"
        return json.loads(done.stdout)["pushes"][0]

    def sell(self, number):
        """Something good comes of an answer that was asked for again."""
        self.act(number, 60_000, "converted", name="sale", value=1)
        self.collector.settle()


@pytest.fixture
def house(tmp_path):
    house = House(tmp_path)
    yield house
    house.collector.stop()


class Process:
    """A server that is up when made, and stopped in the end."""

    def __init__(self, command, env, health, log, answers=(200,)):
        self.log = open(log, "w")
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log, env={**os.environ, **env}, start_new_session=True)
        deadline = time.monotonic() + 240
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(health, timeout=5):
                    return
            except urllib.error.HTTPError as error:
                if error.code in answers:
                    return
                time.sleep(0.5)
            except OSError:
                assert self.process.poll() is None, Path(log).read_text()[-3000:]
                time.sleep(0.5)
        self.stop()
        raise AssertionError(f"{command} did not start: {Path(log).read_text()[-3000:]}")

    def stop(self):
        # With its workers: the group is its own.
        os.killpg(self.process.pid, 15)
        self.process.wait(30)
        self.log.close()


def free_port():
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture(scope="module")
def phoenix(tmp_path_factory):
    folder = tmp_path_factory.mktemp("phoenix")
    port, grpc = free_port(), free_port()
    env = {"PHOENIX_WORKING_DIR": str(folder), "PHOENIX_HOST": "127.0.0.1", "PHOENIX_PORT": str(port),
           "PHOENIX_GRPC_PORT": str(grpc), "PHOENIX_TELEMETRY_ENABLED": "false"}  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    process = Process([sys.executable, "-m", "phoenix.server.main", "serve"], env, url + "/healthz", folder / "log")
    yield url
    process.stop()


@pytest.fixture(scope="module")
def mlflow_server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mlflow")
    port = free_port()
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1",
               "--backend-store-uri", f"sqlite:///{folder}/mlflow.db",
               "--artifacts-destination", str(folder / "artifacts")]  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    process = Process(command, {"MLFLOW_TRACKING_URI": f"sqlite:///{folder}/mlflow.db"}, url + "/health", folder / "log")
    yield url
    process.stop()


def spans(url, count):
    """(trace, span) of spans that the server got over OTLP from the OpenTelemetry SDK."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor

    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter(url + "/v1/traces")))
    tracer = provider.get_tracer("app")
    ids = []
    for number in range(count):
        with tracer.start_as_current_span(f"chat {number}") as span:
            context = span.get_span_context()
            ids.append((f"{context.trace_id:032x}", f"{context.span_id:016x}"))
    provider.shutdown()
    return ids


def until(what, look):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.2)
    raise AssertionError(f"waited in vain for {what}")


def test_phoenix(phoenix, house):
    from phoenix.client import Client

    ids = spans(phoenix, OUTPUTS)
    client = Client(base_url=phoenix)
    stored = lambda: {s["context"]["span_id"] for s in client.spans.get_spans(project_identifier="default", limit=1000)}
    until("the spans", lambda: {span for _, span in ids} <= stored())
    # Two that Phoenix has never heard of: each alone is refused.
    unknown = [[secrets.token_hex(16), secrets.token_hex(8)] for _ in range(2)]
    house.register([list(pair) for pair in ids] + unknown)
    pushed = house.push("phoenix", phoenix, code=1)
    assert (pushed["delivered"], pushed["rejected"]) == (OUTPUTS, 2), pushed

    def annotations():
        found = client.spans.get_span_annotations(span_ids=[span for _, span in ids], project_identifier="default")
        return {one["span_id"]: one for one in found if one["name"] == "implicit.kept"}, len(found)

    by_span, count = annotations()
    assert count == OUTPUTS
    for number, (_, span) in enumerate(ids):
        one = by_span[span]
        assert (one["result"]["label"], one["result"]["score"]) == KEPT[is_kept(number)], one
        assert one["annotator_kind"] == "HUMAN" and one["metadata"]["source"] == "implicit", one
        assert ("copied most" if is_kept(number) else "regenerated fast") in one["result"]["explanation"], one
    again = house.push("phoenix", phoenix)
    assert (again["delivered"], again["unchanged"]) == (0, OUTPUTS + 2), again

    house.sell(2)
    assert house.push("phoenix", phoenix)["delivered"] == 1
    by_span, count = annotations()
    assert count == OUTPUTS, "replaced, not added"
    assert by_span[ids[2][1]]["result"]["label"] == "kept"


def test_phoenix_traces(phoenix, house):
    ids = spans(phoenix, 3)
    house.register([[trace] for trace, _ in ids])
    pushed = until("the traces", lambda: house.push("phoenix", phoenix) or None)
    assert pushed["delivered"] == 3, pushed
    query = "&".join(f"trace_ids={trace}" for trace, _ in ids)
    with urllib.request.urlopen(f"{phoenix}/v1/projects/default/trace_annotations?{query}") as answer:
        found = json.load(answer)["data"]
    assert sorted(one["trace_id"] for one in found) == sorted(trace for trace, _ in ids)


def test_mlflow(mlflow_server, house):
    import mlflow

    mlflow.set_tracking_uri(mlflow_server)
    traces = []
    for number in range(OUTPUTS):
        with mlflow.start_span(f"chat {number}") as span:
            span.set_outputs(f"Answer {number}")
        traces.append(span.trace_id)
    mlflow.flush_trace_async_logging()
    house.register([[trace] for trace in traces] + [["mlflow:tr-unknown"]])
    pushed = house.push("mlflow", mlflow_server, code=1)
    assert (pushed["delivered"], pushed["rejected"]) == (OUTPUTS, 1), pushed
    assessments = lambda number: mlflow.get_trace(traces[number]).info.assessments
    for number in range(OUTPUTS):
        [one] = assessments(number)
        assert (one.name, one.feedback.value, one.source.source_type) == ("implicit.kept", is_kept(number), "HUMAN")
        assert one.metadata["source"] == "implicit" and one.metadata["output"] == f"o-{number}", one
        assert ("copied most" if is_kept(number) else "regenerated fast") in one.rationale
    assert house.push("mlflow", mlflow_server)["unchanged"] == OUTPUTS + 1

    # A process that ended before it could note what it sent, sends it again.
    import sqlite3

    with sqlite3.connect(house.collector.data / "tacit.sqlite") as store:
        store.execute("DELETE FROM pushed")
    again = house.push("mlflow", mlflow_server, code=1)
    assert again["delivered"] == OUTPUTS, again
    assert all(len(assessments(number)) == 1 for number in range(OUTPUTS)), "none is there twice"

    house.sell(2)
    assert house.push("mlflow", mlflow_server)["delivered"] == 1
    both = sorted((one.feedback.value, one.valid) for one in assessments(2))
    assert both == [(False, False), (True, True)], both


class Receiver(http.server.BaseHTTPRequestHandler):
    """Keeps what is posted."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.got.append((self.path, dict(self.headers), body))
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *args):
        pass


@pytest.fixture
def receiver():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.got = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    server.url = f"http://127.0.0.1:{server.server_port}"
    yield server
    server.shutdown()


def test_otlp(receiver, house):
    """By the official protobufs, which know every field there is and refuse any other."""
    from google.protobuf import json_format
    from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

    ids = [(secrets.token_hex(16), secrets.token_hex(8)) for _ in range(OUTPUTS)]
    house.register([[*pair, f"chatcmpl-{n}"] for n, pair in enumerate(ids)])
    assert house.push("otel", receiver.url)["delivered"] == OUTPUTS
    [(path, headers, body)] = receiver.got
    assert (path, headers["content-type"]) == ("/v1/logs", "application/json")
    message = json.loads(body)
    # OTLP writes these two fields in hex, protobuf's JSON in base64 (OTLP, "JSON Protobuf Encoding").
    for record in message["resourceLogs"][0]["scopeLogs"][0]["logRecords"]:
        for name in ("traceId", "spanId"):
            record[name] = base64.b64encode(bytes.fromhex(record[name])).decode()
    parsed = json_format.ParseDict(message, ExportLogsServiceRequest())
    records = parsed.resource_logs[0].scope_logs[0].log_records
    assert len(records) == OUTPUTS
    of = {(record.trace_id.hex(), record.span_id.hex()): record for record in records}
    for number, pair in enumerate(ids):
        record = of[pair]
        said = {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in record.attributes}
        assert record.event_name == "gen_ai.evaluation.result"
        assert abs(record.time_unix_nano // 1_000_000 - house.began) < 1_000
        assert said["gen_ai.evaluation.name"] == "implicit.kept"
        result = (said["gen_ai.evaluation.score.label"], said["gen_ai.evaluation.score.value"])
        assert result == KEPT[is_kept(number)], said
        assert said["gen_ai.response.id"] == f"chatcmpl-{number}"


def test_webhooks(receiver, house):
    """By the reference library of Standard Webhooks."""
    from standardwebhooks.webhooks import Webhook, WebhookVerificationError

    house.register([[] for _ in range(6)])
    assert house.push("webhook", receiver.url, "--key-env", "PUSH_KEY")["delivered"] == 6
    verifier = Webhook(KEY)
    values = {}
    for _, headers, body in receiver.got:
        data = verifier.verify(body, {name.lower(): value for name, value in headers.items()})["data"]
        values[data["output"]] = data["value"]
    assert values == {f"o-{number}": is_kept(number) for number in range(6)}
    _, headers, body = receiver.got[0]
    with pytest.raises(WebhookVerificationError):
        verifier.verify(body.replace(b"kept", b"left"), {name.lower(): value for name, value in headers.items()})
