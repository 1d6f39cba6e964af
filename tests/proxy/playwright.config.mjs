import base from "../playwright.config.mjs";

export default { ...base, testDir: ".", outputDir: "../test-results", globalSetup: undefined, workers: 2 };
