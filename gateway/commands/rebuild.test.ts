import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TemporaryFolder } from "../../sync/fixtures.ts";
import { readConfig } from "../config_file.ts";
import { NodeProcess } from "../fixtures.ts";
import { rebuild, type RebuildOptions } from "./rebuild.ts";

let folder: TemporaryFolder;
let site: NodeProcess;
beforeAll(async () => {
  folder = new TemporaryFolder();
  site = await new NodeProcess(folder.path, { name: "site-1", role: "site" }).start();
});
afterAll(async () => {
  await site?.[Symbol.asyncDispose]();
  folder?.[Symbol.dispose]();
});

async function run(options: RebuildOptions = {}): Promise<{ said: string; told: string[] }> {
  const told: string[] = [];
  const { signal } = new AbortController();
  const said = await rebuild(readConfig(site.file), options, {
    onProgress: (text) => told.push(text),
    signal,
  });
  return { said, told };
}

describe("tributary rebuild", () => {
  test("makes all tables anew beside the running node, and tells how far it is", async () => {
    const { said, told } = await run();
    expect(said).toMatch(/^\d+ tables were made anew: not one row is other than before$/);
    expect(told.at(0)).toMatch(/^read \d+ of \d+ entries$/);
    expect(await (await site.fetch("/readyz")).text()).toBe("ready\n");
  });

  test("makes those of one projection, and lists them all where there is none of the name", async () => {
    expect((await run({ projection: "days" })).said).toMatch(/^1 tables/);
    await expect(run({ projection: "day" })).rejects.toThrow(/no such projection.*it has .*days/);
  });

  test("an audit entry says who had what made anew", async () => {
    const entries = (await site.entriesOf("site-1", "audit")).filter(({ kind }) =>
      kind === "rebuild"
    );
    expect(entries.at(-1)).toMatchObject({
      stream: "audit",
      body: { projections: ["days"], evenSo: false, who: "token from 127.0.0.1" },
    });
  });

  test("refuses where the tables know of what the journal has lost, unless told otherwise", async () => {
    await site.kill("SIGTERM");
    Deno.removeSync(`${site.dataDir}/journal`, { recursive: true });
    await site.start();
    await expect(run()).rejects.toThrow(
      /does not hold all.*entries 1–\d+ of \w+ of "site-1\.1-.*--even-so/,
    );
    expect((await run({ evenSo: true })).said).toContain("rows that are other than before");
    expect(site.log).toContain('"kind":"tables-rebuilt"');
  });
});
