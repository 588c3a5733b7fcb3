import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { TemporaryFolder } from "../sync/fixtures.ts";
import { Keyring } from "./keyring.ts";

const [A, B, C] = ["a", "b", "c"].map((digit) => digit.repeat(64));

/** A data folder, and a folder of credentials. */
class Place implements Disposable {
  readonly #folder = new TemporaryFolder();
  readonly dataDir = this.#folder.path;
  readonly credentials = join(this.#folder.path, "credentials");
  readonly own = join(this.dataDir, "keys", "storage.key");

  constructor() {
    Deno.mkdirSync(join(this.dataDir, "keys"));
    Deno.mkdirSync(this.credentials);
  }

  open(keyFile?: string): Keyring {
    return Keyring.open(this.dataDir, keyFile, this.credentials);
  }

  write(name: string, ...keys: readonly string[]): string {
    const path = join(this.dataDir, name);
    Deno.writeTextFileSync(path, `${keys.join("\n")}\n`);
    return path;
  }

  [Symbol.dispose](): void {
    this.#folder[Symbol.dispose]();
  }
}

test("X4: a key is made where nobody gives one, and its file is for its owner alone", () => {
  using place = new Place();
  const ring = place.open();
  expect(ring.keys).toHaveLength(1);
  expect(ring.newest).toMatch(/^[0-9a-f]{64}$/);
  expect(place.open().keys).toEqual(ring.keys);
  expect((Deno.statSync(place.own).mode ?? 0) & 0o077).toBe(0);
});

test("X4: a rotation has the new key on the disk before the old one goes", () => {
  using place = new Place();
  const ring = place.open();
  const old = ring.newest;
  ring.begin();
  expect(ring.keys).toEqual([ring.newest, old]);
  expect(ring.newest).not.toBe(old);
  // As after a crash in between.
  expect(place.open().keys).toEqual(ring.keys);
  ring.finish();
  expect(place.open().keys).toEqual([ring.newest]);
  expect(Deno.readTextFileSync(place.own)).not.toContain(old);
});

describe("who gives the key", () => {
  test("the file that the configuration names, before a credential", () => {
    using place = new Place();
    place.write("credentials/storage.key", B);
    const path = place.write("key", A);
    expect(place.open(path).keys).toEqual([A]);
    expect(place.open(path).given).toBe(path);
    expect(existsSync(place.own)).toBe(false);
  });

  test("systemd's credential, before what the node made itself", () => {
    using place = new Place();
    const own = place.open().newest;
    const given = place.write("credentials/storage.key", B);
    const ring = place.open();
    expect(ring.given).toBe(given);
    // What was written before is still under the other.
    expect(ring.keys).toEqual([B, own]);
    ring.finish();
    expect(existsSync(place.own)).toBe(false);
    expect(place.open().keys).toEqual([B]);
  });

  test("a new first line is a new key; whoever gave the old one removes it", () => {
    using place = new Place();
    const path = place.write("key", A);
    const ring = place.open(path);
    ring.begin();
    expect(ring.keys).toEqual([A]);
    place.write("key", C, A);
    ring.begin();
    expect(ring.keys).toEqual([C, A]);
    ring.finish();
    expect(ring.keys).toEqual([C]);
    expect(Deno.readTextFileSync(path)).toBe(`${C}\n${A}\n`);
  });

  test.each([["nothing", ""], ["a short key", "abc"], ["too many", Array(9).fill(A).join("\n")]])(
    "%s is told, with the file and what is wanted",
    (_what, text) => {
      using place = new Place();
      const path = place.write("key", text);
      expect(() => place.open(path)).toThrow(
        /Cannot use the at-rest key in ".*key": want 64 hexad/,
      );
    },
  );
});
