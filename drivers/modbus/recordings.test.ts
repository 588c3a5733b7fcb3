import { expect, test } from "vitest";
import { parseRecording } from "./recording.ts";
import { replayCase } from "./replay_case.ts";

const FOLDER = new URL("./recordings/", import.meta.url);
const files = Array.from(Deno.readDirSync(FOLDER), ({ name }) => name).sort();
const read = (file: string) => parseRecording(Deno.readTextFileSync(new URL(file, FOLDER)), file);

test.each(files)("%s comes to what was told, exchange by exchange", async (file) => {
  const { replay: { changed, polls }, asksOther, differences } = await replayCase(read(file), file);
  expect([changed, asksOther]).toEqual([[], false]);
  expect(differences).toEqual([]);
  expect(polls.length).toBeGreaterThan(0);
});

test("a value, an outcome or a poll that is not as it was is found", async () => {
  const recording = read("pymodbus-packed-values.yaml");
  const { wanted, exchanges } = recording;
  if (wanted === undefined) throw new Error("it is no test case");
  const [first, ...rest] = exchanges;
  const [{ afterMs, bytes }] = first.received;
  const spoilt = { ...first, received: [{ afterMs, bytes: bytes.slice(0, -2) + "77" }] };
  const other = await replayCase({ ...recording, exchanges: [spoilt, ...rest] }, "a.yaml");
  expect(other.differences).toHaveLength(1);
  const cut = { ...first, received: [] };
  const silent = await replayCase({ ...recording, exchanges: [cut, ...rest] }, "a.yaml");
  expect(silent.replay.changed).toEqual([{ exchange: cut, outcome: "no answer" }]);
  expect(silent.differences[0].found).toMatchObject({ kind: "silent", reason: "no answer" });
  const less = { ...recording, wanted: { ...wanted, polls: wanted.polls.slice(1) } };
  expect((await replayCase(less, "a.yaml")).differences.length).toBeGreaterThan(0);
});

test("a recording that does not say what it has to come to is no test case", async () => {
  const { wanted: _, ...recording } = read("pymodbus-packed-values.yaml");
  await expect(replayCase(recording, "a.yaml")).rejects.toThrow("give a profile to replay it with");
});
