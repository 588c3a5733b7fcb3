import { expect, test } from "vitest";
import { stringify } from "yaml";
import { NodeKey } from "../../sync/identity.ts";
import { parseConfig } from "../config_file.ts";
import { Story } from "./life/fixture_life.ts";
import { type ToldVerdict, Wait } from "./verdict_watch.ts";

const story = new Story("county-a", 0);
function told(): ToldVerdict {
  const event = story.verdict("pass");
  if (event.kind !== "verdict") throw new Error("it is no verdict");
  return event;
}

/** Time that passes when the test says so. */
function stoppedTimer() {
  const { promise, resolve } = Promise.withResolvers<void>();
  const asked: number[] = [];
  const pause = async (ms: number) => {
    asked.push(ms);
    await promise;
  };
  return { asked, pass: resolve, timer: { pause } };
}

test("P12: a site waits 800 ms for its county, where nobody has set another time", () => {
  const signers = [NodeKey.create().publicKey];
  const parts = { packs: ["p"], signers, drugs: "d", mappings: ["m"], patientKeyFile: "k" };
  const config = (more: object) =>
    parseConfig(stringify({
      role: "county",
      node: "county-a",
      title: { zh: "甲", en: "A" },
      prescription: { ...parts, ...more },
    })).prescription?.waitMs;
  expect([config({}), config({ waitMs: 0 }), config({ waitMs: 10_000 })]).toEqual([800, 0, 10_000]);
  expect(() => config({ waitMs: 10_001 })).toThrow("waitMs");
});

test("P12: what comes within the time is taken at once, what comes after it is not waited for", async () => {
  using early = new Wait(() => {});
  using late = new Wait(() => {});
  const [before, after] = [stoppedTimer(), stoppedTimer()];
  const taken = early.within(800, before.timer);
  const verdict = told();
  early.tell(verdict);
  expect(await taken).toBe(verdict);
  const missed = late.within(800, after.timer);
  after.pass();
  expect(await missed).toBeNull();
  late.tell(verdict);
  // Whoever decided alone meanwhile looks once more.
  expect(late.verdict).toBe(verdict);
  expect([before.asked, after.asked]).toEqual([[800], [800]]);
});
