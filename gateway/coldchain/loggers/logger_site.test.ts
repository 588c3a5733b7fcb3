import { join } from "node:path";
import { stringify } from "yaml";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "../../../drivers/fixtures.ts";
import { TemporaryFolder, until } from "../../../sync/fixtures.ts";
import { parseConfig } from "../../config_file.ts";
import { InnerNode } from "../../fixture_inner_node.ts";
import { fridgeTagText, Q_TAG_TEXT } from "./fixture_export.ts";

const folder = new TemporaryFolder();
const [drop, other] = ["fridge", "carrier"].map((name) => join(folder.path, name));
const SERIAL = "130500109088";
let node: InnerNode;

beforeAll(async () => {
  for (const path of [drop, other]) Deno.mkdirSync(path);
  const unit = { form: "refrigerator", preset: "strict", manual: false };
  const soon = { lookSeconds: 0.05, settleSeconds: 0.1 };
  const units = [
    {
      ...unit,
      ...{ id: "fridge-1", name: "一号冰箱" },
      logger: { folder: drop, serials: [SERIAL], aheadSeconds: 120, ...soon },
    },
    { ...unit, id: "carrier-1", name: "冷藏包", logger: { folder: other, ...soon } },
  ];
  node = await InnerNode.start(parseConfig(stringify({
    role: "site",
    node: "site-017",
    title: { zh: "河口镇卫生院", en: "Hekou" },
    dataDir: join(folder.path, "data"),
    http: { port: freePort() },
    coldchain: { units },
  })));
});
afterAll(async () => {
  await node[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

async function asked(path: string) {
  return await (await node.fetch(`/api/${path}`)).json();
}

const imports = (unit: string) => asked(`coldchain/units/site-017/${unit}/logger-files`);

/** Names in a folder. */
function names(...path: readonly string[]): string[] {
  return [...Deno.readDirSync(join(...path))].map(({ name }) => name).sort();
}

/** Kinds of all entries that the node has written itself. */
async function kinds(): Promise<string[]> {
  const found: string[] = [];
  for (const { origin, stream } of await asked("positions")) {
    const path = `/api/entries?origin=${encodeURIComponent(origin)}&stream=${stream}&limit=1000`;
    const lines = (await (await node.fetch(path)).text()).trim().split("\n");
    for (const line of lines) if (line !== "") found.push(JSON.parse(line).kind);
  }
  return found;
}

async function dropped(into: string, name: string, text: string, outcome: string) {
  Deno.writeTextFileSync(join(into, name), text);
  await until(
    `it is ${outcome}`,
    () => names(into).includes(outcome) && names(into, outcome).includes(name),
  );
}

describe("a Fridge-tag's export that is dropped at a site", () => {
  test("C3 G7: its own record stands beside our days, with its times and what differs", async () => {
    await dropped(drop, "130500109088_202206081014.txt", fridgeTagText(), "taken");
    const [body] = await imports("fridge-1");
    expect(body).toMatchObject({
      ...{ way: "folder", by: null, logger: SERIAL, madeOf: "rows" },
      file: { name: "130500109088_202206081014.txt" },
      clock: { zone: "Asia/Shanghai", aheadSeconds: 120, beyondSeconds: 0 },
      rows: { intervalSeconds: 300, fromMs: Date.parse("2022-05-03T09:26:00+08:00") },
      record: {
        days: [
          { date: "2022-05-03", above: { minutes: 84, alarm: "2022-05-03T10:32" } },
          { date: "2022-05-05", above: { minutes: 385, alarm: "2022-05-05T11:00" } },
        ],
      },
    });
    expect(body.days.map(({ date }: { date: string }) => date)).toEqual([
      "2022-05-03",
      "2022-05-04",
      "2022-05-05",
    ]);
    const of = (what: string) =>
      body.differences.filter((one: { what: string }) => one.what === what)
        .map(({ date, logger, ours }: Record<string, unknown>) => [date, logger, ours]);
    // The rows of the form are around what was out of range: the mean of the whole day is another.
    expect(of("mean")).not.toEqual([]);
    expect(of("minutesBelow")).toEqual([]);
    expect(of("minutesAbove")).toEqual([["2022-05-03", 84, 80]]);
  });

  test("C2 C9: what was out of range is an alarm of its own time, over, and nobody is called", async () => {
    await until("alarms are told", async () => (await asked("coldchain/alarms")).length === 2);
    const alarms = await asked("coldchain/alarms");
    expect(alarms).toMatchObject([
      { unit: "fridge-1", cause: "high", state: "recovered", isExplained: false },
      { unit: "fridge-1", cause: "high", state: "recovered" },
    ]);
    expect(alarms.map(({ since }: { since: string }) => since.slice(0, 10))).toEqual([
      "2022-05-05",
      "2022-05-03",
    ]);
    expect(await kinds()).not.toContain("notification");
  });

  test("T2: the same bytes again, under another name, are one import", async () => {
    const before = await kinds();
    await dropped(drop, "again.txt", fridgeTagText(), "taken");
    expect(await imports("fridge-1")).toHaveLength(1);
    expect(await kinds()).toEqual(before);
  });

  test("T2: days of a later export that were there already are not stored again", async () => {
    const later = fridgeTagText((text) =>
      text.replace("\t2022-05-05 16:36", "\t2022-05-06 08:00\t5.0\n\t2022-05-05 16:36")
    );
    const rows = (all: readonly string[]) => all.filter((kind) => kind === "cold-logger-rows");
    expect(rows(await kinds())).toHaveLength(2);
    await dropped(drop, "later.txt", later, "taken");
    expect(await imports("fridge-1")).toHaveLength(2);
    expect(rows(await kinds())).toHaveLength(3);
    expect(await asked("coldchain/alarms")).toHaveLength(2);
  });

  test("a file of another logger, one that was cut, and one that is none are refused", async () => {
    const cut = fridgeTagText((text) => text.slice(0, text.indexOf("Cert:")));
    const faulty = [
      ["other.txt", fridgeTagText((text) => text.replace(SERIAL, "1")), "it is of logger 1"],
      ["cut.txt", cut, "its end is missing"],
      ["none.csv", "time,temperature\nyesterday,5\n", 'line 2: time "yesterday" is none'],
      ["pdf.txt", "%PDF-1.4\0\0", "it is no text"],
    ] as const;
    for (const [name, text, reason] of faulty) {
      await dropped(drop, name, text, "refused");
      const beside = join(drop, "refused", `${name}.reason.txt`);
      await until(
        "the reason is there",
        () => names(drop, "refused").includes(`${name}.reason.txt`),
      );
      await until("it is written", () => Deno.readTextFileSync(beside).includes(reason));
    }
    expect(await imports("fridge-1")).toHaveLength(2);
  });
});

describe("other loggers", () => {
  test("C3: a Q-tag's journey and rows of a CSV are imported by the unit's zone", async () => {
    await dropped(other, "journey.txt", Q_TAG_TEXT, "taken");
    await dropped(
      other,
      "rows.csv",
      "时间;温度\n2026-01-01 08:00;5,0\n2026-01-01 08:10;9,1\n",
      "taken",
    );
    const [csv, tag] = await imports("carrier-1");
    expect([csv, tag].map(({ logger }) => logger)).toEqual(["csv", "RCPJ00010"]);
    expect(csv).toMatchObject({
      ...{ record: null, differences: [], episodes: [] },
      rows: { count: 2, fromMs: Date.parse("2026-01-01T00:00:00Z"), intervalSeconds: 600 },
      days: [{ date: "2026-01-01", min: 5, max: 9.1 }],
    });
    expect(tag).toMatchObject({ record: { journey: { mkt: 10.5 } } });
  });

  test("C9: only a person uploads, by an own credential", async () => {
    const path = "/api/coldchain/units/site-017/fridge-1/logger-files?name=a.csv";
    const answer = await node.fetch(path, { method: "POST", body: "2026-01-01 08:00,5" });
    expect(answer.status).toBe(403);
  });
});
