import { defineConfig } from "@playwright/test";
import { findChromium } from "../capture-wasm/build/chromium.mjs";

// A line for each request hides what went wrong.
process.env.RUST_LOG ??= "warn";

export default defineConfig({
  testDir: "browser",
  testMatch: "*.spec.mjs",
  outputDir: "test-results",
  globalSetup: "./browser/editors/install.mjs",
  reporter: "list",
  // On a machine that is busy with something else a page may come too late for a
  // test. What passes only the second time is told by name, and counted as flaky.
  retries: 1,
  // They wait more than they work.
  workers: 5,
  timeout: 60_000,
  expect: { timeout: 20_000 },
  forbidOnly: Boolean(process.env.CI),
  use: {
    browserName: "chromium",
    // A trace costs a third of what the test does.
    trace: "on-first-retry",
    launchOptions: {
      executablePath: findChromium() ?? undefined,
      // As root there is no sandbox; nothing may call home meanwhile.
      args: [
        "--no-sandbox",
        // These tests play people, and what a program did is in no dataset.
        "--disable-blink-features=AutomationControlled",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
