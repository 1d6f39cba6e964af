"""Real instrumentations export to a running collector; what people do under the ids a page
knows joins the outputs that come of it. The settings are those of the document."""

import json
import os
import re
import subprocess
import sys
import time
import urllib.error
from pathlib import Path

import pytest
from collector import Collector
from openai_server import MODEL, OpenAI

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
DOCUMENT = ROOT / "demo-site/docs/otlp.md"

NODE = ["node", str(HERE / "apps/ai_sdk.mjs")]
PYTHON = [sys.executable, str(HERE / "apps/openai_app.py")]
GENAI = {"OTEL_SEMCONV_STABILITY_OPT_IN": "gen_ai_latest_experimental", "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "span_only"}
APPS = {
    "openai-v2": ([*PYTHON, "opentelemetry.instrumentation.openai_v2"], GENAI),
    "openllmetry": ([*PYTHON, "opentelemetry.instrumentation.openai"], {}),
    "openinference": ([*PYTHON, "openinference.instrumentation.openai"], {}),
    "ai-sdk-json": ([*NODE, "http"], {}),
    "ai-sdk-protobuf": ([*NODE, "proto"], {"OTEL_EXPORTER_OTLP_COMPRESSION": "gzip"}),
}


def blocks(language):
    """The code of a language in the document, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def settings(collector):
    """The environment variables as they stand in the document, for this collector."""
    [block] = [block for block in blocks("sh") if "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT" in block]
    named = dict(re.findall(r'^export (\w+)="?(.*?)"?$', block, re.MULTILINE))
    assert sorted(named) == ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_HEADERS"]
    here = {"https://tacit.example": collector.url, "sk_…": collector.secret}
    for name, value in named.items():
        for there, own in here.items():
            value = value.replace(there, own)
        assert value != named[name]
        named[name] = value
    return named


@pytest.fixture(scope="module")
def collector(tmp_path_factory):
    folder = tmp_path_factory.mktemp("otlp")
    config = folder / "tacit.toml"
    config.write_text("[otlp]\nsettle_ms = 500\n")
    collector = Collector(folder / "data", "--config", str(config))
    yield collector
    collector.stop()


@pytest.fixture(scope="module", params=APPS)
def run(request, collector):
    """What an app told of itself, after its spans were exported and people acted."""
    command, more = APPS[request.param]
    server = OpenAI(request.param)
    environment = {**os.environ, "OPENAI_BASE_URL": server.url, **settings(collector), **more}
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    finally:
        server.stop()
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    for known in (told["plain"], told["streamed"], told["trace"], told["span"]):
        now = int(time.time() * 1000)
        collector.tell("u-42", [{"at": now, "kind": "copied", "output": known, "chars": 20, "share": 1, "via": "button"}])
    return told


def wait_for(collector, id):
    """The output that `id` names, once a server is known to have registered it."""
    for _ in range(600):
        try:
            found = collector._send("GET", f"/v1/outputs/{id}")
            if found["output"]["registered"]:
                return found
        except urllib.error.HTTPError as error:
            assert error.code == 404, error
        time.sleep(0.05)
    raise AssertionError(f"{id} was not registered")


def test_an_answer_is_registered(collector, run):
    output = wait_for(collector, run["plain"])["output"]
    assert output["id"] == run["plain"]
    assert output["model"] == MODEL
    assert output["input"] == [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "How do I return a parcel?"}]
    assert output["output"] == "An answer to 2 messages."
    assert output["tags"]["input_tokens"] == "21" and output["tags"]["output_tokens"] == "9"
    assert output["tags"]["finish_reason"] == "stop"
    assert output["tags"]["service"] == "shop-assistant"
    assert abs(output["created_at"] - time.time() * 1000) < 600_000


def test_a_streamed_answer_is_registered(collector, run):
    output = wait_for(collector, run["streamed"])["output"]
    assert output["output"] == "An answer to 2 messages."
    assert output["input"][-1] == {"role": "user", "content": "And by post?"}


def test_of_several_calls_the_last_is_the_answer(collector, run):
    asked, answered = run["steps"]
    output = wait_for(collector, answered)["output"]
    assert output["output"] == "An answer to 3 messages."
    assert (output["conversation"], output["prompt_version"], output["arms"]) == ("c-7", "support@14", {"tone": "b"})
    assert output["subject"].startswith("s_") and output["subject_kind"] == "app"
    with pytest.raises(urllib.error.HTTPError) as missing:
        collector._send("GET", f"/v1/outputs/{asked}")
    assert missing.value.code == 404


def test_what_people_do_joins_under_any_id(collector, run):
    collector.settle()
    for known, joined_by, acts in [
        (run["plain"], None, 1),
        (run["streamed"], None, 1),
        (run["steps"][1], "alias", 2),
    ]:
        found = wait_for(collector, known)
        assert found["output"]["trust"] == "known"
        assert found["output"].get("joined_by") == joined_by
        assert [signal["kind"] for signal in found["signals"]] == ["copied"] * acts
        assert found["label"]["state"] == "positive"
    for alias in (run["trace"], run["span"]):
        assert wait_for(collector, alias)["output"]["id"] == run["steps"][1]


def compiler():
    """npm puts a workspace's tools at the root, or beside it on a conflict of versions."""
    places = [ROOT / folder / "node_modules/.bin/tsc" for folder in (".", "capture-wasm")]
    return next(place for place in places if place.exists())


@pytest.mark.parametrize("language", ["python", "ts"])
def test_the_lines_of_the_document_register(language, collector, tmp_path):
    [code] = blocks(language)
    output = json.dumps({"id": f"by-hand-{language}", "model": "m-1", "output": "An answer."})
    if language == "python":
        command = [sys.executable, "-c", f"{code}\nprint(register({output}))"]
    else:
        file = tmp_path / "register.ts"
        file.write_text(f"{code}\nconsole.log(await register({output}));\n")
        # Types are for people; there are none of Node here to check against.
        options = ["--noCheck", "--target", "es2022", "--module", "esnext", "--outDir", str(tmp_path / "out")]
        subprocess.run([str(compiler()), *options, str(file)], check=True)
        (tmp_path / "out/register.js").rename(tmp_path / "register.mjs")
        command = ["node", str(tmp_path / "register.mjs")]
    environment = {**os.environ, "TACIT_URL": collector.url, "TACIT_KEY": collector.secret}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.strip()) > 20, "the token for the page"
    assert wait_for(collector, f"by-hand-{language}")["output"]["output"] == "An answer."
