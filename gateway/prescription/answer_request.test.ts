import fc from "fast-check";
import { join } from "node:path";
import { expect, test } from "vitest";
import { stringify } from "yaml";
import { TemporaryFolder } from "../../sync/fixtures.ts";
import { entryId, newEntry, once } from "../collected_entry.ts";
import { parseConfig } from "../config_file.ts";
import { testedTablesThread } from "../fixture_program.ts";
import { openNode } from "../node.ts";
import { person } from "../people/actor.ts";
import { People } from "../people/people.ts";
import { answer } from "./answer_request.ts";
import { LifeDesk } from "./life_desk.ts";
import { LIFE_BODIES } from "./life/fixture_bodies.ts";
import { prescriptionBody } from "./life/prescription_body.ts";
import { parseRegistry } from "./registry.ts";

const REGISTRY = stringify({
  registry: "test",
  issued: "2026-01-01",
  prescribers: [{ id: "D0042", title: "attending", account: "li", from: "2020-01-01" }],
});

function sampleOf(kind: string): object {
  const [body] = fc.sample(LIFE_BODIES[kind], { numRuns: 1, seed: 1 });
  return body;
}

test("P3: what was insisted on by a text alone, and counts no more, is signed anew", async () => {
  using folder = new TemporaryFolder();
  const dataDir = join(folder.path, "site-1");
  const title = { zh: "一", en: "One" };
  const config = parseConfig(stringify({ role: "site", node: "site-1", title, dataDir }));
  await using node = await openNode(config, () => {}, { tablesThread: testedTablesThread() });
  const received = prescriptionBody.parse({ ...sampleOf("prescription"), site: "site-1" });
  const { hash, prescription: { id: number, version } } = received;
  const subject = { site: "site-1", prescription: number, version, hash };
  const verdict = { ...sampleOf("verdict"), ...subject, id: "verdict-1", mode: "degraded" };
  const id = entryId("answer", "site-1", number, version, "verdict-1", "insist", "D0042");
  const said = {
    to: "verdict-1",
    answer: "insist",
    reason: "病情需要",
    by: { id: "D0042" },
  } as const;
  const unproved = { ...subject, ...said, id, signature: { method: "his", value: "x" } };
  const time = node.clock.now();
  const old = newEntry("record", "answer", time, unproved);
  await node.disk.append([
    newEntry("record", "prescription", time, received),
    newEntry("record", "verdict", time, verdict),
    once(old, "answer/site-1", id, JSON.stringify(unproved)),
  ], time);
  const signing = {
    people: await People.open(node, []),
    registry: parseRegistry(REGISTRY),
    actor: person("li", new Set(["prescription.prescribe"]), "session", "127.0.0.1"),
  };
  const insist = () =>
    answer(
      new LifeDesk(node),
      { site: "site-1", number },
      { version, ...said, signature: { method: "session" } },
      signing,
    );
  expect(await insist()).toEqual({ kind: "told", repeated: false, answer: expect.anything() });
  expect(await insist()).toMatchObject({ kind: "told", repeated: true });
});
