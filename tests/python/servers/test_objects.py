"""`--out s3://…` against Garage, a real object store, and against moto, which speaks the protocol; read back with boto3."""

import hashlib
import http.client
import http.server
import json
import signal
import os
import secrets
import subprocess
import sys
import threading
import time

import boto3
import pytest
from collector import Collector, binary, fill
from test_push import Process, free_port

REGION = "us-east-1"
# As Garage wants them: `GK` and 24 hex digits, 64 hex digits.
KEYS = {"AWS_ACCESS_KEY_ID": "GK" + secrets.token_hex(12), "AWS_SECRET_ACCESS_KEY": secrets.token_hex(32), "AWS_REGION": REGION}
BUILD = ["dataset", "build", "--format", "trl-kto", "--split", "0.5", "--no-dedupe", "--json"]


def moto(folder):
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    return url, Process(command, KEYS, url + "/moto-api/", folder / "log")


def garage(folder):
    """One node of Garage with a key that may make buckets."""
    program = os.environ.get("GARAGE_BIN")
    assert program, "GARAGE_BIN is not set: `npm run test:full -- loaders:servers` sets it"
    rpc, api, admin = free_port(), free_port(), free_port()
    config = folder / "garage.toml"
    config.write_text(f"""
metadata_dir = "{folder}/meta"
data_dir = "{folder}/data"
db_engine = "sqlite"
replication_factor = 1
rpc_bind_addr = "127.0.0.1:{rpc}"
rpc_public_addr = "127.0.0.1:{rpc}"
rpc_secret = "{secrets.token_hex(32)}"
[s3_api]
s3_region = "{REGION}"
api_bind_addr = "127.0.0.1:{api}"
[admin]
api_bind_addr = "127.0.0.1:{admin}"
""")
    tell = lambda *args: subprocess.run([program, "-c", config, *args], check=True, capture_output=True, text=True).stdout
    command = [program, "-c", str(config), "server"]
    # Not healthy before it has a layout, but it answers.
    process = Process(command, {"RUST_LOG": "garage=warn"}, f"http://127.0.0.1:{admin}/check?domain=x", folder / "log", answers=(200, 400))
    node = tell("node", "id", "-q").split("@")[0]
    tell("layout", "assign", "-z", "here", "-c", "1G", node)
    tell("layout", "apply", "--version", "1")
    tell("key", "import", "--yes", KEYS["AWS_ACCESS_KEY_ID"], KEYS["AWS_SECRET_ACCESS_KEY"])
    tell("key", "allow", "--create-bucket", KEYS["AWS_ACCESS_KEY_ID"])
    return f"http://127.0.0.1:{api}", process


@pytest.fixture(scope="module", params=[garage, moto], ids=["garage", "moto"])
def endpoint(request, tmp_path_factory):
    url, process = request.param(tmp_path_factory.mktemp(request.param.__name__))
    yield url
    process.stop()


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    collector = Collector(tmp_path_factory.mktemp("objects") / "data")
    try:
        fill(collector)
    finally:
        collector.stop()
    return collector.data


@pytest.fixture
def bucket(endpoint):
    keys = {name.lower(): value for name, value in KEYS.items() if name != "AWS_REGION"}
    made = boto3.resource("s3", endpoint_url=endpoint, region_name=REGION, **keys).Bucket("sets-" + secrets.token_hex(8))
    made.create()
    return made


def environment(endpoint):
    return {**os.environ, **KEYS, "AWS_ENDPOINT_URL": endpoint, "AWS_ALLOW_HTTP": "true"}


def run(data, endpoint, *args, code=0):
    env = environment(endpoint)
    done = subprocess.run([binary(), *args, "--data", str(data)], capture_output=True, text=True, env=env)
    assert done.returncode == code, f"{done.returncode}\n{done.stderr}\n{done.stdout}"
    assert KEYS["AWS_SECRET_ACCESS_KEY"] not in done.stdout + done.stderr
    return json.loads(done.stdout) if code == 0 else done.stderr


def objects(bucket, prefix):
    return {one.key.removeprefix(prefix): one.get()["Body"].read() for one in bucket.objects.filter(Prefix=prefix)}


def check_whole(found, manifest):
    assert set(found) == {"manifest.json", *manifest["files"]}
    for name, facts in manifest["files"].items():
        assert facts["bytes"] == len(found[name])
        assert facts["sha256"] == hashlib.sha256(found[name]).hexdigest()
    assert json.loads(found["manifest.json"]) == manifest


class Faulty(http.server.ThreadingHTTPServer):
    """Hands requests on and notes them; after some that put something, all is refused, or waits for `hold` first."""

    def __init__(self, endpoint, puts, hold=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.upstream = endpoint.removeprefix("http://")
        self.left = puts
        self.refused = threading.Event()
        self.hold = hold
        self.seen = []
        self.url = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.command == "PUT":
            self.server.left -= 1
        if self.server.left < 0:
            self.server.refused.set()
            if self.server.hold:
                self.server.hold.wait()
            # A refusal, which no retry mends: retries of broken connections would take minutes.
            return self.answer(403, {}, b"<Error><Code>AccessDenied</Code></Error>")
        self.server.seen.append((self.command, self.path))
        upstream = http.client.HTTPConnection(self.server.upstream)
        upstream.request(self.command, self.path, body, dict(self.headers))
        answer = upstream.getresponse()
        self.answer(answer.status, dict(answer.getheaders()), answer.read())

    def answer(self, status, headers, body):
        self.send_response_only(status)
        for name, value in headers.items():
            if name.lower() not in ("content-length", "connection", "transfer-encoding"):
                self.send_header(name, value)
        length = headers.get("Content-Length", headers.get("content-length")) if self.command == "HEAD" else len(body)
        self.send_header("content-length", str(length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = do

    def log_message(self, *_):
        pass


def test_a_bucket_holds_what_a_directory_would(data, endpoint, bucket, tmp_path):
    out = f"s3://{bucket.name}/sets/kto"
    told = run(data, endpoint, *BUILD, "--out", out)
    found = objects(bucket, "sets/kto/")
    assert told["published"] == "created"
    check_whole(found, told["manifest"])
    as_of = ["--as-of", str(told["manifest"]["inputs"]["as_of"])]
    run(data, endpoint, *BUILD, *as_of, "--out", str(tmp_path / "local"))
    local = {str(file.relative_to(tmp_path / "local")): file.read_bytes() for file in (tmp_path / "local").rglob("*") if file.is_file()}
    assert found == local

    assert run(data, endpoint, *BUILD, *as_of, "--out", out)["published"] == "unchanged"
    assert out in [build["out"] for build in run(data, endpoint, "builds", "--json")["builds"]]
    uploads = [path.name for path in (data / "uploads").iterdir() if path.suffix != ".lock"]
    assert uploads == []


def test_another_build_is_refused_unless_it_may_replace(data, endpoint, bucket):
    out = ["--out", f"s3://{bucket.name}/set"]
    first = run(data, endpoint, *BUILD, *out)
    sft = ["dataset", "build", "--format", "openai-sft", "--no-dedupe", "--json"]
    assert f"another build, {first['id']}" in run(data, endpoint, *sft, *out, code=1)
    check_whole(objects(bucket, "set/"), first["manifest"])
    second = run(data, endpoint, *sft, *out, "--replace")
    assert second["published"] == "replaced"
    # The first had a test.jsonl; it is gone.
    check_whole(objects(bucket, "set/"), second["manifest"])


def test_what_is_no_build_is_left_alone(data, endpoint, bucket):
    bucket.put_object(Key="mine/train.jsonl", Body=b"mine")
    told = run(data, endpoint, *BUILD, "--out", f"s3://{bucket.name}/mine", code=1)
    assert "holds no build" in told
    assert objects(bucket, "mine/") == {"train.jsonl": b"mine"}


def sent_on(data, endpoint, bucket, puts):
    """Goes on with an upload that ended after `puts`: what was there, what is put then, and the build's files."""
    left = set(objects(bucket, "set/"))
    assert len(left) == puts and "manifest.json" not in left
    rest = Faulty(endpoint, 1_000)
    told = run(data, rest.url, *BUILD, "--out", f"s3://{bucket.name}/set")
    check_whole(objects(bucket, "set/"), told["manifest"])
    put = [path.split("/set/")[1].split("?")[0] for command, path in rest.seen if command == "PUT"]
    return left, put, told["manifest"]["files"]


@pytest.mark.parametrize("puts", [0, 3])
def test_an_upload_that_ended_early_shows_no_manifest_and_goes_on(data, endpoint, bucket, puts):
    out = ["--out", f"s3://{bucket.name}/set"]
    cut = Faulty(endpoint, puts)
    run(data, cut.url, *BUILD, *out, code=1)
    left, put, files = sent_on(data, endpoint, bucket, puts)
    # Nothing twice, and the manifest last.
    assert set(put) == {"manifest.json", *files} - left
    assert put[-1] == "manifest.json"


@pytest.mark.parametrize("puts", [0, 2])
def test_a_process_that_is_killed_while_it_sends_shows_no_manifest_and_goes_on(data, endpoint, bucket, puts):
    out = ["--out", f"s3://{bucket.name}/set"]
    hold = threading.Event()
    stuck = Faulty(endpoint, puts, hold)
    sending = subprocess.Popen([binary(), *BUILD, *out, "--data", str(data)], env=environment(stuck.url),
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    assert stuck.refused.wait(60), "it never came to the file"
    sending.send_signal(signal.SIGKILL)
    assert sending.wait() == -signal.SIGKILL
    hold.set()
    left, put, files = sent_on(data, endpoint, bucket, puts)
    # What was noted as sent is not sent again; the one in flight may be.
    assert set(put) >= {"manifest.json", *files} - left
    assert put[-1] == "manifest.json" and len(put) == len(set(put))


def test_an_upload_of_a_changed_file_goes_on_with_the_built_one(data, endpoint, bucket):
    out = ["--out", f"s3://{bucket.name}/set"]
    cut = Faulty(endpoint, 2)
    run(data, cut.url, *BUILD, *out, code=1)
    (staged,) = (path for path in (data / "uploads").iterdir() if path.is_dir())
    (staged / "train.jsonl").write_bytes(b"changed")
    told = run(data, endpoint, *BUILD, *out)
    check_whole(objects(bucket, "set/"), told["manifest"])


def test_an_export_is_one_object(data, endpoint, bucket, tmp_path):
    as_of = str(int(time.time() * 1000))
    export = ["export", "--format", "labels", "--as-of", as_of, "--json", "--out"]
    run(data, endpoint, *export, f"s3://{bucket.name}/out/labels.jsonl")
    run(data, endpoint, *export, str(tmp_path / "labels.jsonl"))
    lines = (tmp_path / "labels.jsonl").read_bytes()
    assert len(lines.splitlines()) > 100
    assert objects(bucket, "out/") == {"labels.jsonl": lines}


def test_other_addresses_are_wrong_usage(data, endpoint):
    for out in ["gs://bucket/set", "s3://bucket", "s3://bucket/a/../b"]:
        assert "s3://BUCKET/PREFIX" in run(data, endpoint, *BUILD, "--out", out, code=2)


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """Labels of more bytes than are sent at once."""
    data = tmp_path_factory.mktemp("many") / "data"
    made = [binary(), "simulate", "--data", str(data), "--signals", "90000", "--seed", "1"]
    subprocess.run(made, check=True, capture_output=True)
    return data


def test_large_files_go_in_parts(many, endpoint, bucket, tmp_path):
    export = ["export", "--format", "labels", "--as-of", str(int(time.time() * 1000)), "--json", "--out"]
    run(many, endpoint, *export, str(tmp_path / "labels.jsonl"))
    lines = (tmp_path / "labels.jsonl").read_bytes()
    parts = -(-len(lines) // (8 << 20))
    assert parts > 1
    sent = Faulty(endpoint, 1_000)
    run(many, sent.url, *export, f"s3://{bucket.name}/labels.jsonl")
    assert [command for command, path in sent.seen if "partNumber=" in path] == ["PUT"] * parts
    assert objects(bucket, "labels") == {".jsonl": lines}

    # The second part is refused: nothing is to be seen, and no part stays.
    run(many, Faulty(endpoint, 1).url, *export, f"s3://{bucket.name}/other.jsonl", code=1)
    assert objects(bucket, "other") == {}
