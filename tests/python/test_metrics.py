"""A scrape as Prometheus reads it, its names in the documentation and in the alert rules."""

import re
import shutil
import subprocess
import tomllib
import urllib.request
from pathlib import Path

import pytest
import yaml
from collector import Collector, fill
from prometheus_client.openmetrics.parser import text_string_to_metric_families

DOCS = Path(__file__).parents[2] / "demo-site/docs"
PAGE = (DOCS / "observe.md").read_text(encoding="utf-8")
RULES = DOCS / "alerts.yml"

# Have samples only once there is something to tell.
AFTERWARDS = {"tacit_ledger_events_rejected", "tacit_ledger_noted", "tacit_ledger_install_failures", "tacit_batches_rejected_total"}

# Are there only where something is configured.
CONFIGURED = {"tacit_store_limit_bytes"}


@pytest.fixture(scope="module")
def scraped(tmp_path_factory):
    collector = Collector(tmp_path_factory.mktemp("metrics") / "data")
    try:
        fill(collector)
        collector._send("GET", "/v1/overview")
        request = urllib.request.Request(collector.url + "/metrics", headers={"authorization": f"Bearer {collector.secret}"})
        with urllib.request.urlopen(request) as answer:
            assert answer.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
            return answer.read().decode()
    finally:
        collector.stop()


@pytest.fixture(scope="module")
def families(scraped):
    """By name. The parser is strict: units, suffixes, order, duplicates, the end."""
    found = list(text_string_to_metric_families(scraped))
    assert len({family.name for family in found}) == len(found)
    return {family.name: family for family in found}


def exposed(family):
    """The name it is asked for by."""
    return family.name + ("_total" if family.type == "counter" else "")


def test_a_scrape_is_well_formed_and_says_what_each_metric_is(families):
    assert len(families) > 30
    for family in families.values():
        assert family.documentation, family.name
        assert family.type in ("counter", "gauge", "histogram"), family.name
        for unit in ("seconds", "bytes"):
            assert family.name.endswith(f"_{unit}") == (family.unit == unit), f"{family.name}: {family.unit!r}"


def test_the_page_has_every_metric_with_its_labels_and_no_other(families):
    table = PAGE.split("<!-- metrics -->")[1]
    told = {name: set(filter(None, labels.split(", "))) for name, labels in re.findall(r"^\| `(\w+)` \| ([^|]*?) ?\|", table, re.MULTILINE)}
    assert set(told) - CONFIGURED == {exposed(family) for family in families.values()}
    for family in families.values():
        labels = {label for sample in family.samples for label in sample.labels} - {"le"}
        name = exposed(family)
        assert labels == told[name] or (not labels and name in AFTERWARDS), f"{name}: {labels}"


def test_what_people_did_is_in_it(families):
    value = lambda name, **labels: sum(
        sample.value for sample in families[name].samples if sample.name in (name, name + "_total") and labels.items() <= sample.labels.items()
    )  # fmt: skip
    assert value("tacit_batches_acknowledged", project="shop") == value("tacit_ledger_batches", project="shop", outcome="acknowledged") > 0
    assert value("tacit_ledger_events", state="acknowledged") == value("tacit_ledger_events", state="stored") > 0
    assert value("tacit_labels") > 0
    assert value("tacit_not_ready") == 0


def test_the_rules_ask_for_metrics_that_are_there(families):
    names = {sample.name for family in families.values() for sample in family.samples} | {exposed(family) for family in families.values()}
    rules = [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]
    for rule in rules:
        asked = set(re.findall(r"\b(?:tacit|process)_\w+", rule["expr"]))
        assert asked <= names, f"{rule['alert']} asks for {asked - names}"
        assert f"| `{rule['alert']}` |" in PAGE, f"{rule['alert']} is not told of"
    assert len(rules) >= 10


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is in Debian's package prometheus")
def test_promtool_takes_the_rules():
    subprocess.run(["promtool", "check", "rules", str(RULES)], check=True)


def test_the_scrape_of_the_page_asks_where_the_page_lets_it_listen():
    (scrape,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    (job,) = yaml.safe_load(scrape)["scrape_configs"]
    (settings,) = (block for block in re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL) if block.startswith("[metrics]"))
    assert job["static_configs"] == [{"targets": [tomllib.loads(settings)["metrics"]["listen"]]}]
