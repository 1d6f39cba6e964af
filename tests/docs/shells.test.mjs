// Commands of the pages, run where what they name is there: none is refused, and none fails.

import assert from "node:assert/strict";
import test, { after, before, describe } from "node:test";
import { allBlocks } from "./pages.mjs";
import { Place } from "./place.mjs";

const blocks = allBlocks().filter(({ fate }) => fate === "tests/docs/shells.test.mjs");

let place;
before(async () => (place = await Place.open()));
after(() => place?.close());

describe("blocks", { concurrency: 3 }, () => {
  for (const { file, line, code } of blocks) {
    test(`${file}:${line}`, async () => {
      const { stderr = "", message } = await place.run(code).then(() => ({}), (error) => error);
      assert.equal(message, undefined, stderr);
    });
  }
});
