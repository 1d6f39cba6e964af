// The documents whose code is looked at, and which tests run which of it.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { blocksOf } from "../../capture-wasm/build/document.mjs";
import { root } from "../../capture-wasm/build/tools.mjs";

const DOCS = "demo-site/docs";

export const PAGES = [
  ...readdirSync(join(root, DOCS))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `${DOCS}/${name}`),
  "README.md",
  "demo-site/README.md",
  "capture-wasm/README.md",
  "signals/ASSIGN.md",
  "signals/WIRE.md",
];

/**
 * Blocks that a test of their own runs, or compares with what the code says: `[page, which, test]`,
 * where `which` is a language, or `name` for those that name a file, or `run` for those under a
 * comment `<!-- run: … -->`. The test has to name the page. README.md stands for every README.
 */
export const RUN = [
  ["access.md", "json", "tests/docs/answers.test.mjs"],
  ["adapters.md", "html", "tests/browser/documented/html.mjs"],
  ["adapters.md", "js", "tests/browser/documented/js.mjs"],
  ["api.md", "json", "tests/docs/answers.test.mjs"],
  ["clickhouse.md", "run", "tests/docs/clickhouse.test.mjs"],
  ["clickhouse.md", "xml", "tests/src/clickhouse/cluster.rs"],
  ["configuration.md", "text", "tests/docs/shown.test.mjs"],
  ["datasets.md", "json", "collector/src/dataset/tests/docs.rs"],
  ["datasets.md", "sql", "tests/python/test_parquet.py"],
  ["erasure.md", "json", "tests/docs/answers.test.mjs"],
  ["experiments.md", "toml", "collector/src/experiment/declaration/tests.rs"],
  ["experiments.md", "python", "tests/docs/experiments.test.mjs"],
  ["experiments.md", "ts", "tests/docs/experiments.test.mjs"],
  ["explorer.md", "json", "tests/docs/answers.test.mjs"],
  ["first-party.md", "nginx", "tests/proxy/site.mjs"],
  ["first-party.md", "caddy", "tests/proxy/site.mjs"],
  ["first-party.md", "html", "tests/browser/documented/html.mjs"],
  ["install.md", "json", "tests/docs/answers.test.mjs"],
  ["integrate.md", "json", "tests/docs/answers.test.mjs"],
  ["integrate.md", "name", "tests/package/document.mjs"],
  ["integrate.md", "csp", "tests/browser/documented/csp.mjs"],
  ["integrate.md", "html", "tests/browser/documented/html.mjs"],
  ["notebooks.md", "sh", "tests/python/test_notebooks.py"],
  ["notebooks.md", "python", "tests/python/test_notebooks.py"],
  ["observe.md", "yaml", "tests/python/test_metrics.py"],
  ["operate.md", "run", "tests/integration/operate.rs"],
  ["operate.md", "nginx", "tests/proxy/operate.spec.mjs"],
  ["operate.md", "caddy", "tests/proxy/operate.spec.mjs"],
  ["otlp.md", "python", "tests/python/test_otlp.py"],
  ["otlp.md", "sh", "tests/python/test_otlp.py"],
  ["otlp.md", "ts", "tests/python/test_otlp.py"],
  ["policy.md", "json", "tests/docs/answers.test.mjs"],
  ["policy.md", "toml", "collector/src/label/policy/reference_tests.rs"],
  ["privacy.md", "html", "tests/browser/documented/html.mjs"],
  ["privacy.md", "js", "tests/browser/documented/js.mjs"],
  ["push.md", "cron", "tests/docs/timers.test.mjs"],
  ["push.md", "json", "tests/docs/answers.test.mjs"],
  ["quick-start.md", "sh", "tests/browser/start.spec.mjs"],
  ["quick-start.md", "text", "tests/browser/start.spec.mjs"],
  ["quick-start.md", "html", "tests/browser/documented/html.mjs"],
  ["register.md", "name", "tests/docs/register.test.mjs"],
  ["register.md", "sh", "tests/docs/register.test.mjs"],
  ["register.md", "json", "tests/docs/register.test.mjs"],
  ["register.md", "html", "tests/browser/documented/html.mjs"],
  ["updates.md", "cron", "tests/docs/timers.test.mjs"],
  ["updates.md", "ini", "tests/docs/timers.test.mjs"],
  ["verify.md", "yaml", "tests/python/test_verify.py"],
  ["ASSIGN.md", "python", "tests/python/test_assign.py"],
  ["ASSIGN.md", "ts", "capture-wasm/js/assign.test.mjs"],
  ["WIRE.md", "hex", "signals/src/codec/tests.rs"],
  ["WIRE.md", "json", "signals/src/json/tests.rs"],
  ["README.md", "csp", "tests/browser/documented/csp.mjs"],
  ["README.md", "html", "tests/browser/documented/html.mjs"],
  ["README.md", "js", "tests/browser/documented/js.mjs"],
];

/** Where all other commands are run. */
const SHELLS = "tests/docs/shells.test.mjs";

/** Commands that are only checked, by how their block begins: `[page, start, why]`. */
export const NOT_RUN = [
  ["benchmarks.md", "npm run bench", "takes an hour"],
  ["builds.md", "export AWS_REGION", "an object store of somebody else's; a real one is asked in tests/python/servers"],
  ["chats.md", "npm test", "is a step of these tests"],
  ["cli.md", "tacit migrate --from", "a server of ClickHouse; one is moved to in tests/integration/clickhouse/moving.rs"],
  ["operate.md", "cargo build", "is how these tests are made"],
  ["operate.md", "install ", "changes the system; its units are read in tests/integration/deploy.rs"],
  ["operate.md", "runuser ", "another user"],
  ["operate.md", "docker ", "a container daemon; the image is built in tests/image"],
  ["replay.md", "tacit replay …", "is not whole"],
  ["scale.md", "npm run bench:load", "takes a quarter of an hour"],
  ["scale.md", "npm run bench -- dashboard", "takes an hour"],
  ["README.md", "npm start", "is run in tests/browser/start.spec.mjs"],
  ["README.md", "npm test", "is what runs this"],
  ["demo-site/README.md", "npm install", "is run in tests/browser/start.spec.mjs"],
];

/** Every block of every page: `{ …, fate }`, where `fate` names the test that runs it, or is "". */
export function allBlocks() {
  return PAGES.flatMap((page) => blocksOf(page)).map((block) => ({ ...block, fate: runBy(block) }));
}

/** Whether an entry of NOT_RUN is about this block. */
export const isLeftOut = (block, [page, start]) => block.language === "sh" && `/${block.file}`.endsWith(`/${page}`) && block.code.startsWith(start);

function runBy(block) {
  const of = (which) => which === block.language || (which === "name" && block.name !== "") || (which === "run" && block.run !== "");
  return RUN.find(([page, which]) => `/${block.file}`.endsWith(`/${page}`) && of(which))?.[2] ?? (block.language === "sh" && !NOT_RUN.some((entry) => isLeftOut(block, entry)) ? SHELLS : "");
}
