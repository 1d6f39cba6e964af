import { defineConfig } from "@playwright/test";
import shared from "../playwright.config.mjs";

export default defineConfig({
  ...shared,
  testDir: ".",
  // The editors are of the other tests.
  globalSetup: undefined,
  outputDir: "../test-results/chats",
  fullyParallel: true,
  workers: 3,
  reporter: [["list"], ["./harness/report.mjs"]],
  use: { ...shared.use, trace: "off" },
});
