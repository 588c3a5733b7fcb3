import { expect, test } from "vitest";
import { stampAt, TemporaryFolder } from "../../../sync/fixtures.ts";
import { type Journal, openJournal } from "../../../sync/journal.ts";
import { streamTo } from "../../../sync/stream.ts";
import { receive } from "../intake.ts";
import { sentPrescription } from "../fixture_sources.ts";
import type { VerdictBody } from "../life/verdict_body.ts";
import { prescriptionEntry, verdictEntry } from "./entries.ts";

const SITE = "site-017";

function open({ path }: TemporaryFolder): Promise<Journal> {
  return openJournal({
    directory: path,
    node: "county-a",
    hashName: "sha256",
    segmentBytesMax: 1 << 20,
    stamp: stampAt(0),
  });
}

/** Sends one under a key of its sender's, as a county stores it: with its verdict at once. */
async function told(journal: Journal, id: string, sendKey: string): Promise<string[]> {
  const nowMs = 1_790_000_000_000;
  const body = new TextEncoder().encode(JSON.stringify(sentPrescription(id, { nowMs })));
  const received = receive("json", body, { contentType: "application/json", now: stampAt(nowMs) });
  if (received.kind !== "accepted") throw new Error("it was not accepted");
  const { hash, prescription } = received;
  const verdict: VerdictBody = {
    ...{ id: `verdict of ${id}`, site: SITE, prescription: id, version: 1, hash },
    ...{ mode: "county", outcome: "pass", findings: [], history: [] },
    ...{ pack: "pack 1", mapping: "mapping 1" },
  };
  const sent = { ...received, prescription, door: "json", key: sendKey, site: SITE, who: "his" };
  const stream = streamTo(SITE);
  const outcomes = await journal.append([
    prescriptionEntry(stream, stampAt(1), { ...sent, door: "json" }, { site: SITE, sendKey }),
    verdictEntry(stream, stampAt(1), verdict, sendKey),
  ], stampAt(1));
  return outcomes.map(({ kind }) => kind);
}

test("T2: an Idempotency-Key is the journal's own: other content under it is refused behind a crash, with no table read", async () => {
  using folder = new TemporaryFolder();
  const first = await open(folder);
  expect(await told(first, "one", "k-1")).toEqual(["stored", "stored"]);
  // What a power cut leaves right behind the answer.
  using copy = new TemporaryFolder();
  for (const { name } of Deno.readDirSync(folder.path)) {
    Deno.copyFileSync(`${folder.path}/${name}`, `${copy.path}/${name}`);
  }
  await first.close();
  const second = await open(copy);
  expect(await told(second, "one", "k-1")).toEqual(["duplicate", "duplicate"]);
  // Neither it nor a verdict on it.
  expect(await told(second, "other", "k-1")).toEqual(["conflict", "conflict"]);
  expect(await told(second, "other", "k-2")).toEqual(["stored", "stored"]);
  await second.close();
});
