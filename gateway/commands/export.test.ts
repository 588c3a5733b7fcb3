import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dayOf, dayText } from "../../sync/day.ts";
import { range, TemporaryFolder } from "../../sync/fixtures.ts";
import { readToken } from "../keystore.ts";
import { NodeProcess } from "../fixtures.ts";

const VERIFIER = new URL("../../sync/verify_export.py", import.meta.url).pathname;
const CODES = 8;

let folder: TemporaryFolder;
let node: NodeProcess;
/** The day on which the tests begin; they may run over midnight. */
let firstDay: string;

const today = () => dayText(dayOf(Date.now()));

beforeAll(async () => {
  firstDay = today();
  folder = new TemporaryFolder();
  node = await new NodeProcess(folder.path, { name: "county-a", role: "county" }).start();
  for (const n of range(1, CODES)) await node.ask("/api/invitations", { node: `site-${n}` });
});

afterAll(async () => {
  await node[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

let files = 0;
const newFile = () => join(folder.path, `export-${++files}.ndjson`);
const isThere = (path: string) =>
  Array.from(Deno.readDirSync(folder.path)).some(({ name }) => join(folder.path, name) === path);

async function verdict(path: string): Promise<string> {
  const { stdout } = await new Deno.Command("python3", { args: [VERIFIER, path] }).output();
  return new TextDecoder().decode(stdout);
}

test("C11: a node's entries leave as a signed file, and who took them is in the audit", async () => {
  const out = newFile();
  const { code, printed } = await node.run("export", "--node", "county-a", "--out", out);
  expect(code).toBe(0);
  expect(printed).toMatch(/^\d+ entries in .*, signed\n/);
  expect(await verdict(out)).toMatch(/good: \d+ entries, as county-a exported them/);
  expect(Deno.statSync(out).mode).toSatisfy((mode: number) => (mode & 0o077) === 0);
  const kinds = (await node.entriesOf("county-a", "audit")).map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === "invitation")).toHaveLength(CODES);
  expect(kinds.at(-1)).toBe("export");
  const text = Deno.readTextFileSync(out);
  expect(text.split('"kind":"invitation"')).toHaveLength(CODES + 1);
});

test("by day in Asia/Shanghai, or by number within one origin and stream", async () => {
  const origin = await node.origin();
  const byDay = newFile();
  const days = ["--node", "county-a", "--stream", "audit", "--from", firstDay, "--to", today()];
  expect((await node.run("export", ...days, "--out", byDay)).code).toBe(0);
  expect(await verdict(byDay)).toContain("good");
  const byNumber = newFile();
  const numbers = ["--origin", origin, "--stream", "audit", "--from", "3", "--to", "5"];
  const { printed } = await node.run("export", ...numbers, "--out", byNumber);
  expect(printed).toContain("3 entries");
  expect(await verdict(byNumber)).toContain("good: 3 entries");
  const none = newFile();
  const past = ["--node", "county-a", "--from", "1999-01-01", "--to", "1999-12-31"];
  const empty = await node.run("export", ...past, "--out", none);
  expect(empty.code).toBe(1);
  expect(empty.printed).toContain("Nothing is held here of what is asked");
  expect(isThere(none)).toBe(false);
});

test("no file is ever written over", async () => {
  const out = newFile();
  Deno.writeTextFileSync(out, "evidence");
  const { code, printed } = await node.run("export", "--node", "county-a", "--out", out);
  expect(code).toBe(1);
  expect(printed).toContain("there is a file of this name already");
  expect(Deno.readTextFileSync(out)).toBe("evidence");
});

describe("exit code 2, and no file:", () => {
  test.each([
    ["neither node nor origin", [], "want node or origin"],
    ["both", ["--node", "a", "--origin", "a.1-0000000000000000"], "want node or origin"],
    ["a number without a stream", ["--node", "county-a", "--from", "3"], "a number needs"],
    ["no day", ["--node", "county-a", "--from", "2026-02-30"], "want a number or YYYY-MM-DD"],
    ["no node", ["--node", "County A"], "--node"],
  ])("%s", async (_what, options, found) => {
    const out = newFile();
    const { code, printed } = await node.run("export", ...options, "--out", out);
    expect(printed).toContain(found);
    expect(code).toBe(2);
    expect(isThere(out)).toBe(false);
  });

  test("no place to write to", async () => {
    expect((await node.run("export", "--node", "county-a")).code).toBe(2);
  });
});

test("a stranger has no export", async () => {
  const answer = await node.fetch("/api/export?node=county-a", { token: false });
  expect(answer.status).toBe(401);
  expect(await answer.text()).not.toContain(readToken(node.dataDir));
});

test("a node that does not run is told, and no file is left", async () => {
  const out = newFile();
  const other = new NodeProcess(folder.path, { name: "county-b", role: "county" });
  const { code, printed } = await other.run("export", "--node", "county-b", "--out", out);
  expect(code).toBe(1);
  expect(printed).toContain("is it running?");
  expect(isThere(out)).toBe(false);
});
