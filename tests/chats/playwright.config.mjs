import { defineConfig } from "@playwright/test";
import shared from "../playwright.config.mjs";

export default defineConfig({
  ...shared,
  testDir: ".",
  outputDir: "../test-results/chats",
  fullyParallel: true,
  reporter: [["list"], ["./harness/report.mjs"]],
  use: { ...shared.use, trace: "off" },
});
