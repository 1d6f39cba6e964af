import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { allow, get, names, own, purge, remove, set } from "./storage.js";

/** A browser's storage with room for some characters. */
class Storage {
  #room;
  constructor(room = Infinity) {
    // Entries are own properties, as in a browser; the room is not.
    this.#room = room;
  }
  getItem(key) {
    return Object.hasOwn(this, key) ? this[key] : null;
  }
  setItem(key, value) {
    const others = Object.entries(this).filter(([known]) => known !== key);
    if (others.flat().join("").length + key.length + value.length > this.#room) throw new DOMException("full", "QuotaExceededError");
    this[key] = String(value);
  }
  removeItem(key) {
    delete this[key];
  }
}

const install = (descriptor) => Object.defineProperty(globalThis, "localStorage", { configurable: true, ...descriptor });

beforeEach(() => {
  install({ value: new Storage() });
  allow(true);
});
afterEach(() => delete globalThis.localStorage);

test("keeps values under names of ours and leaves others alone", () => {
  localStorage.setItem("theirs", "1");
  localStorage.setItem("tacit:capture:0:old", "of an older version");
  assert.equal(get("a"), undefined);
  assert.equal(set("a", "1"), true);
  assert.equal(set("tab-2", "2"), true);
  assert.equal(get("a"), "1");
  assert.deepEqual(names(), ["a", "tab-2"]);
  assert.deepEqual(names("tab-"), ["tab-2"]);
  remove("a");
  assert.equal(get("a"), undefined);
  purge();
  assert.deepEqual(Object.keys(localStorage), ["theirs"]);
});

test("a value that does not fit takes the old one away and is no error", () => {
  install({ value: new Storage(100) });
  assert.equal(set("a", "x".repeat(50)), true);
  assert.equal(set("a", "x".repeat(500)), false);
  assert.equal(get("a"), undefined);
  install({ value: new Storage() });
  assert.equal(set("a", "x".repeat(131_073)), false, "more than we may take of the page");
});

test("a random text is made once, and none where it cannot be kept", () => {
  const made = own("visitor");
  assert.match(made, /^[0-9a-f]{32}$/);
  assert.equal(own("visitor"), made);
  assert.notEqual(own("key"), made);
  install({ value: new Storage(10) });
  assert.equal(own("visitor"), undefined);
  install({ value: new Storage() });
  allow(false);
  assert.equal(own("visitor"), undefined, "nobody asked for storage");
  assert.deepEqual(Object.keys(localStorage), []);
});

test("a page without storage, or that may not look at it, is none the worse", () => {
  for (const descriptor of [
    { value: undefined },
    {
      get() {
        throw new DOMException("sandboxed", "SecurityError");
      },
    },
  ]) {
    install(descriptor);
    assert.equal(get("a"), undefined);
    assert.equal(set("a", "1"), false);
    assert.equal(own("visitor"), undefined);
    assert.deepEqual(names(), []);
    remove("a");
    purge();
  }
});
