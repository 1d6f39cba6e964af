"""The description of the API, and a running collector held to it by schemathesis."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from collector import Collector, fill, tacit
from openapi_spec_validator import OpenAPIV31SpecValidator

# Examples for each operation: some seconds every day, many with `npm run test:full`.
ROUNDS = int(os.environ.get("TACIT_ROUNDS", "1"))
EXAMPLES = ROUNDS

CONFIG = (Path(__file__).parent / "schemathesis.toml").read_text()

# Names of things that `fill` makes, so that not everything is asked about in vain.
KNOWN = {"id": "kept-1", "name": "trl-kto"}


@pytest.fixture(scope="module")
def collector(tmp_path_factory):
    collector = Collector(tmp_path_factory.mktemp("api") / "data")
    try:
        fill(collector)
        yield collector
    finally:
        collector.stop()


@pytest.fixture(scope="module")
def document(collector):
    return collector._send("GET", "/openapi.json")


def test_the_document_is_openapi(document):
    assert document["openapi"] == "3.1.0"
    problems = list(OpenAPIV31SpecValidator(document).iter_errors())
    assert not problems, problems[0]


def test_the_command_prints_what_is_served(collector, document):
    assert json.loads(tacit(collector.data, "openapi")) == document


def test_examples_of_bodies_are_bodies(document):
    from jsonschema import Draft202012Validator

    schemas = document["components"]["schemas"]
    given = [name for name, schema in schemas.items() if "example" in schema]
    assert len(given) > 4
    for name in given:
        whole = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
        Draft202012Validator(whole).validate(schemas[name]["example"])


def held(collector, folder, phases, parameters):
    """Runs schemathesis; what it found."""
    config = folder / "schemathesis.toml"
    lines = "".join(f'"path.{name}" = "{value}"\n' for name, value in parameters.items())
    config.write_text(CONFIG.replace("[parameters]\n", "[parameters]\n" + lines))
    command = [
        sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "run", collector.url + "/openapi.json",
        "--header", f"Authorization: Bearer {collector.secret}", "--phases", phases, "--checks", "all",
        "--max-examples", str(EXAMPLES), "--seed", "16", "--workers", "2", "--no-color", "--continue-on-failure",
    ]  # fmt: skip
    return subprocess.run(command, capture_output=True, text=True, cwd=folder)


# Every bound of every parameter, and much that violates them, takes a minute.
PHASES = "examples,coverage,fuzzing" if ROUNDS > 1 else "examples,fuzzing"


@pytest.mark.parametrize("phases, parameters", [(PHASES, {}), ("fuzzing", KNOWN)], ids=["anything", "what is there"])
def test_what_is_answered_is_what_is_told(collector, tmp_path, phases, parameters):
    done = held(collector, tmp_path, phases, parameters)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
