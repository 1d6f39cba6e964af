// The image of collector/deploy/Dockerfile, built without a daemon and without its base
// images, which come from elsewhere: the runtime base is made of the Debian packages that
// distroless is made of, and in the build stage the two compilers hand out what `npm test`
// has built. Every other step is the Dockerfile's own, and what comes out is run.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { chmodSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import test from "node:test";
import { root } from "../../capture-wasm/build/tools.mjs";

const PACKAGES = ["libc6", "libgcc-s1", "ca-certificates", "base-files", "netbase"];
const place = mkdtempSync(join(tmpdir(), "tacit-image-"));
const store = ["--storage-driver", "vfs", "--root", join(place, "store"), "--runroot", join(place, "run")];
const buildah = (...args) => execFileSync("buildah", [...store, ...args], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], maxBuffer: 1 << 26 });
const bud = (context, ...args) => buildah("bud", "--isolation", "chroot", "--pull-never", ...args, context);

test("the image is built, runs as nobody, and is asked how it is", { timeout: 600_000 }, async (t) => {
  t.after(() => {
    execFileSync("chmod", ["-R", "u+rwX", place]);
    rmSync(place, { recursive: true, force: true });
  });
  runtimeBase();
  buildBase();
  bud(
    root,
    ...["--file", join(root, "collector/deploy/Dockerfile"), "--ignorefile", join(root, "collector/deploy/Dockerfile.dockerignore")],
    ...["--build-arg", "BUILD_IMAGE=localhost/build", "--build-arg", "NODE_IMAGE=localhost/node", "--build-arg", "RUN_IMAGE=localhost/run"],
    ...["--format", "docker", "--tag", "localhost/tacit"],
  );

  const { Docker } = JSON.parse(buildah("inspect", "--type", "image", "localhost/tacit"));
  const { config } = Docker;
  assert.equal(config.User, "65532:65532");
  assert.deepEqual(config.Entrypoint, ["/usr/bin/tacit"]);
  assert.deepEqual(config.Healthcheck.Test, ["CMD", "/usr/bin/tacit", "health"]);
  assert.ok("/var/lib/tacit" in config.Volumes);
  assert.equal(config.StopSignal, "SIGTERM");

  const container = buildah("from", "--pull-never", "localhost/tacit").trim();
  const mounted = buildah("mount", container).trim();
  assert.throws(() => readFileSync(join(mounted, "bin/sh")), "an image without a shell");
  const port = await freePort();
  const inside = (...command) => [...store, "run", "--isolation", "chroot", "--env", `TACIT_LISTEN=127.0.0.1:${port}`, container, "--", ...command];
  // What the image starts: its entry point and command.
  const server = spawn("buildah", inside(...config.Entrypoint, ...config.Cmd), { stdio: ["ignore", "pipe", "pipe"] });
  t.after(() => server.kill("SIGKILL"));
  const said = [];
  server.stderr.on("data", (chunk) => said.push(chunk));
  const ended = new Promise((resolve) => server.on("exit", (code) => resolve(code)));
  const url = `http://127.0.0.1:${port}`;
  await until(() => fetch(`${url}/readyz`).then((answer) => answer.status === 200), () => said.join(""));
  execFileSync("buildah", inside(...config.Healthcheck.Test.slice(1)));
  assert.equal((await fetch(`${url}/capture/tacit.js`)).status, 200);
  await dashboardIsWhole(url);
  execFileSync("buildah", inside("/usr/bin/tacit", "keys", "create", "--project", "shop", "--kind", "secret"));

  // The server's own process: buildah's own is above it.
  const pid = execFileSync("pgrep", ["--full", "--newest", "^/usr/bin/tacit serve"], { encoding: "utf8" }).trim();
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  assert.match(status, /^Uid:\s+65532\s/m);
  process.kill(Number(pid), "SIGTERM");
  await until(() => fetch(`${url}/readyz`).then((answer) => answer.status === 503), () => said.join(""));
  assert.equal(await ended, 0, said.join(""));
});

/** All files are in the binary: the folder, which a debug build reads, is not in the image. */
async function dashboardIsWhole(url) {
  const folder = join(root, "collector/dashboard");
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  assert.ok(files.length > 50, `${files.length} files`);
  for (const { parentPath, name } of files) {
    const file = relative(folder, join(parentPath, name));
    const answer = await fetch(`${url}/page/${file}`);
    assert.equal(answer.status, 200, file);
    assert.deepEqual(Buffer.from(await answer.arrayBuffer()), readFileSync(join(folder, file)), file);
  }
  assert.equal(await (await fetch(url)).text(), readFileSync(join(folder, "index.html"), "utf8"));
}

/** What gcr.io/distroless/cc-debian12 is made of. */
function runtimeBase() {
  const context = join(place, "base-run");
  const debs = join(context, "debs");
  mkdirSync(debs, { recursive: true });
  execFileSync("apt-get", ["download", ...PACKAGES], { cwd: debs, stdio: "ignore" });
  const files = join(context, "root");
  for (const deb of execFileSync("ls", [debs], { encoding: "utf8" }).trim().split("\n")) {
    execFileSync("dpkg", ["-x", join(debs, deb), files]);
  }
  writeFileSync(join(files, "etc/passwd"), "root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n");
  writeFileSync(join(files, "etc/group"), "root:x:0:\nnonroot:x:65532:\n");
  writeFileSync(join(context, "Dockerfile"), "FROM scratch\nCOPY root/ /\n");
  bud(context, "--tag", "localhost/run");
}

/** A shell, and compilers that have been there before. */
function buildBase() {
  const context = join(place, "base-build");
  const bin = join(context, "root/bin");
  mkdirSync(bin, { recursive: true });
  copyFileSync("/bin/busybox", join(bin, "busybox"));
  for (const tool of ["sh", "mkdir", "cp", "chmod", "chown"]) symlinkSync("busybox", join(bin, tool));
  const made = join(context, "root/made");
  mkdirSync(made);
  copyFileSync(process.env.TACIT_BIN, join(made, "tacit"));
  cpSync(join(root, "capture-wasm/dist"), join(made, "dist"), { recursive: true });
  const program = (name, wanted, lines) => {
    const text = `#!/bin/sh\n[ "$*" = "${wanted}" ] || { echo "${name} $*: not what this test knows" >&2; exit 1; }\n${lines}\n`;
    writeFileSync(join(bin, name), text);
    chmodSync(join(bin, name), 0o755);
  };
  program("node", "capture-wasm/build/prepare.mjs", "cp -r /made/dist capture-wasm/dist");
  program("cargo", "build --release --locked --package tacit-collector --bin tacit", "mkdir -p target/release && cp /made/tacit target/release/tacit");
  writeFileSync(join(context, "Dockerfile"), "FROM scratch\nCOPY root/ /\nENV PATH=/bin\n");
  bud(context, "--tag", "localhost/build");
  const node = join(place, "base-node");
  mkdirSync(join(node, "root/usr/local"), { recursive: true });
  writeFileSync(join(node, "root/usr/local/node"), "");
  writeFileSync(join(node, "Dockerfile"), "FROM scratch\nCOPY root/ /\n");
  bud(node, "--tag", "localhost/node");
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function until(holds, what) {
  const end = performance.now() + 60_000;
  while (!(await holds().catch(() => false))) {
    assert.ok(performance.now() < end, what());
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
