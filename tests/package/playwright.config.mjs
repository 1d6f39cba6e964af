import { defineConfig } from "@playwright/test";
import shared from "../playwright.config.mjs";

/** With `TACIT_PACKAGE=all` every bundler and framework, else what costs seconds. */
const isFull = process.env.TACIT_PACKAGE === "all";

export default defineConfig({
  ...shared,
  testDir: ".",
  grepInvert: isFull ? undefined : /@full/,
  // Installs what is built with, and unpacks the package.
  globalSetup: "./workshop.mjs",
  outputDir: "../test-results/package",
  fullyParallel: false,
  workers: isFull ? 2 : 1,
  timeout: isFull ? 300_000 : 60_000,
});
