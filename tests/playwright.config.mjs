import { defineConfig } from "@playwright/test";
import { findChromium } from "../capture-wasm/build/chromium.mjs";

export default defineConfig({
  testDir: "browser",
  testMatch: "*.spec.mjs",
  outputDir: "test-results",
  globalSetup: "./browser/editors/install.mjs",
  reporter: "list",
  // A test that only passes the second time has found something.
  retries: 0,
  // They wait more than they work.
  workers: 4,
  timeout: 60_000,
  expect: { timeout: 20_000 },
  forbidOnly: Boolean(process.env.CI),
  use: {
    browserName: "chromium",
    trace: "retain-on-failure",
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
