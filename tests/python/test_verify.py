"""The pipeline of demo-site/docs/verify.md: it is YAML, and its script ships only what the gate ships."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml
from collector import Collector, tacit

PAGE = Path(__file__).parents[2] / "demo-site" / "docs" / "verify.md"

DECLARED = """
[[experiment]]
name = "tone"
arms = [{ name = "plain", weight = 0.5 }, { name = "warm", weight = 0.5 }]
primary = "use_rate"
mde = 0.02
"""


@pytest.fixture(scope="module")
def step():
    """The one step that asks."""
    (text,) = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL)
    (job,) = yaml.safe_load(text)["jobs"].values()
    ask, tell = job["steps"]
    assert "verify.md" in tell["run"] and tell["if"].startswith("always()")
    return ask


@pytest.fixture(scope="module")
def collector(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gate")
    collector = Collector(folder / "data")
    declared = folder / "tone.toml"
    declared.write_text(DECLARED)
    tacit(collector.data, "experiment", "add", str(declared))
    yield collector
    collector.stop()


def run(step, folder, collector, name, key=None):
    """As a runner does: bash, ended by the first failure."""
    own = {name: value for name, value in step["env"].items() if not value.startswith("${{")}
    asked = {"TACIT_URL": collector.url, "TACIT_KEY": key or collector.secret, "NAME": name}
    env = {**os.environ, **own, **asked, "GITHUB_STEP_SUMMARY": str(folder / "summary.md")}
    script = folder / "step.sh"
    script.write_text(step["run"])
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)


def test_what_nobody_has_seen_is_held(step, collector, tmp_path):
    done = run(step, tmp_path, collector, "tone")
    assert done.returncode == 1, done.stderr
    report = json.loads((tmp_path / "verify.json").read_text())
    assert (report["verdict"], report["exit_code"]) == ("hold", 1)
    summary = (tmp_path / "summary.md").read_text()
    assert summary.startswith("## tone: hold") and summary == (tmp_path / "verify.md").read_text()


def test_what_needs_no_proof_ships(step, collector, tmp_path):
    tacit(collector.data, "release", "add", "--name", "m-2", "--kind", "model")
    assert run(step, tmp_path, collector, "m-2").returncode == 0


@pytest.mark.parametrize("name, key", [("none", None), ("tone", "sk_wrong")])
def test_what_cannot_be_asked_does_not_ship(step, collector, tmp_path, name, key):
    done = run(step, tmp_path, collector, name, key)
    assert done.returncode not in (0, 1, 2), done.stdout
