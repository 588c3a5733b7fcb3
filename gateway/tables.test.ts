import { describe, expect, test } from "vitest";
import { Database } from "../sync/database.ts";
import type { NewEntry } from "../sync/append.ts";
import { range, stampAt, until } from "../sync/fixtures.ts";
import { TablesDesk } from "./fixture_tables.ts";

const KEY = "a".repeat(64);
const title = { zh: "冷藏箱", en: "Fridge" };

function reading(device: string, value: number) {
  return { device, readings: [{ point: "temperature", value, unit: "Cel", quality: "good" }] };
}

function invitation(invitation: string, node: string) {
  return { invitation, node, role: "site", key: "00", expiresMs: 2e12 };
}

function enrolment(invitation: string, node: string, publicKey: string) {
  return { invitation, node, role: "site", publicKey };
}

/** A county that knows some of everything, and a site's entries that it received. */
async function filled(): Promise<TablesDesk> {
  const county = await TablesDesk.open({
    node: "county-a",
    authorities: ["county-a", "county-b"],
    encryptionKey: KEY,
  });
  await using site = await TablesDesk.open({ node: "site-1" });
  await site.append("catalogue", {
    title,
    devices: [{ device: "fridge-1", title, profile: "vaccine-fridge" }],
  });
  for (const n of range(1, 30)) await site.append("reading", reading(`fridge-${n % 3}`, n), n);
  await site.append("state", { device: "fridge-1", state: "offline", reason: "no answer" }, 40);
  await site.handOver(county);
  await county.append("invitation", invitation("i-1", "site-1"), 1, "audit");
  await county.append("enrolment", enrolment("i-1", "site-1", "key-1"), 2, "audit");
  await county.append("invitation", invitation("i-2", "site-2"), 3, "audit");
  await county.tables.caughtUp(county.journal);
  return county;
}

describe("the tables are made again, with the same rows,", () => {
  test.each<[string, (desk: TablesDesk) => void, RegExp | null]>([
    ["when they were removed", (desk) => desk.removeTables(), null],
    [
      "when the program makes them of other things",
      (desk) => {
        using database = new Database({
          path: desk.path,
          encryptionKey: KEY,
          synchronous: "FULL",
          checkpointPages: 1000,
        });
        database.run("UPDATE version SET value = 'latest 0'");
        database.run("UPDATE points SET value = '99'");
      },
      /^the tables were "latest 0", now they are "latest \d+, .*, county-a, county-b"$/,
    ],
    [
      "when their file is damaged",
      (desk) => {
        desk.removeTables();
        Deno.writeFileSync(desk.path, new Uint8Array(20_000).fill(65));
      },
      /not a database/,
    ],
    [
      "when their file is empty",
      (desk) => {
        desk.removeTables();
        Deno.writeFileSync(desk.path, new Uint8Array());
      },
      null,
    ],
  ])("%s", async (_when, damage, reason) => {
    await using desk = await filled();
    const before = await desk.dump();
    expect(before.filter((row) => row.startsWith("points"))).toHaveLength(3);
    expect(before.filter((row) => row.startsWith("members"))).toHaveLength(1);
    const { madeAnew } = await desk.reopen(() => damage(desk));
    if (reason === null) expect(madeAnew).toBeNull();
    else expect(madeAnew).toMatch(reason);
    expect(await desk.dump()).toEqual(before);
    expect(desk.failures).toEqual([]);
  });

  test("X5: when they cannot be read for want of their key, and are unreadable without it", async () => {
    await using desk = await filled();
    const before = await desk.dump();
    await desk.close();
    const bytes = new TextDecoder("latin1").decode(Deno.readFileSync(desk.path));
    expect(bytes).not.toContain("fridge-1");
    const { madeAnew } = await desk.reopen(() => {}, { encryptionKey: "b".repeat(64) });
    expect(madeAnew).toMatch(/not a database/);
    expect(await desk.dump()).toEqual(before);
  });

  test("but not when nothing has changed", async () => {
    await using desk = await filled();
    const before = await desk.dump();
    const marked = () => {
      using database = new Database({
        path: desk.path,
        encryptionKey: KEY,
        synchronous: "FULL",
        checkpointPages: 1000,
      });
      database.run("UPDATE points SET reason = 'untouched'");
    };
    const { madeAnew } = await desk.reopen(marked);
    expect(madeAnew).toBeNull();
    const after = await desk.dump();
    expect(after).not.toEqual(before);
    expect(after.filter((row) => row.includes("untouched"))).toHaveLength(3);
  });
});

describe("memberships", () => {
  test("count only from the county's own centres: a site cannot enrol anybody", async () => {
    await using county = await TablesDesk.open({ node: "county-a", authorities: ["county-a"] });
    await using site = await TablesDesk.open({ node: "site-1" });
    for (const desk of [county, site]) {
      const { node } = desk.options;
      await desk.append("invitation", invitation(`of-${node}`, `by-${node}`), 1, "audit");
      await desk.append("enrolment", enrolment(`of-${node}`, `by-${node}`, "key"), 2, "audit");
    }
    await site.handOver(county);
    const members = (await county.dump()).filter((row) => /^(members|invitations)/.test(row));
    expect(members.map((row) => row.split(" ")[0])).toEqual(["invitations", "members"]);
    expect(members.every((row) => row.includes("by-county-a"))).toBe(true);
  });

  test("are looked at anew when the other centre is another", async () => {
    await using a = await TablesDesk.open({ node: "county-a", authorities: ["county-a"] });
    await using b = await TablesDesk.open({ node: "county-b", authorities: ["county-b"] });
    await b.append("enrolment", enrolment("i-1", "site-1", "key-1"), 1, "audit");
    await b.handOver(a);
    const members = async () => (await a.dump()).filter((row) => row.startsWith("members"));
    expect(await members()).toEqual([]);
    await a.reopen(() => {}, { authorities: ["county-a", "county-b"] });
    expect(await members()).toHaveLength(1);
    await a.reopen(() => {}, { authorities: ["county-a"] });
    expect(await members()).toEqual([]);
  });

  test("a code that was used at the other centre stays used, in whatever order entries come", async () => {
    const authorities = ["county-a", "county-b"];
    await using a = await TablesDesk.open({ node: "county-a", authorities });
    await using b = await TablesDesk.open({ node: "county-b", authorities });
    await a.append("invitation", invitation("i-1", "site-1"), 1, "audit");
    await a.handOver(b);
    await b.append("enrolment", enrolment("i-1", "site-1", "key-1"), 2, "audit");
    await b.tables.caughtUp(b.journal);
    const uses = async () => (await b.dump()).filter((row) => row.startsWith("uses"));
    expect(await uses()).toEqual(['uses ["i-1"]']);
    // The journal gives its own entries first now, so that the use is read before its invitation.
    await b.reopen(() => b.removeTables());
    expect(await uses()).toEqual(['uses ["i-1"]']);
  });
});

test("T6: a stream that cannot be read holds up no other, and is told once", async () => {
  await using county = await TablesDesk.open({ node: "county-a", authorities: ["county-a"] });
  await using site = await TablesDesk.open({ node: "site-1" });
  await site.append("reading", reading("fridge-1", 4), 1);
  await site.handOver(county);
  await county.append("enrolment", enrolment("i-1", "site-1", "key-1"), 2, "audit");
  await county.reopen(() => {
    county.removeTables();
    const [segment] = Array.from(Deno.readDirSync(county.journalFolder), ({ name }) => name)
      .filter((name) => name.endsWith(".journal"));
    using database = new Database({
      path: `${county.journalFolder}/${segment}`,
      synchronous: "FULL",
      checkpointPages: 1000,
    });
    database.exec(`DELETE FROM blocks WHERE stream IN
      (SELECT id FROM streams WHERE stream = 'reading')`);
  });
  await county.tables.caughtUp(county.journal);
  const rows = await county.dump();
  expect(rows.filter((row) => row.startsWith("members"))).toHaveLength(1);
  expect(rows.filter((row) => row.startsWith("points"))).toEqual([]);
  expect(county.failures).toHaveLength(1);
  expect(county.failures[0]).toMatch(
    /Cannot follow reading of "site-1\..*entries 1–1 are missing here/,
  );
});

test("G8: questions are answered while the tables have much to follow, who may ask at once", async () => {
  const many = 20_000;
  await using desk = await TablesDesk.open({ node: "county-a", authorities: ["county-a"] });
  const time = stampAt(0);
  const items = range(1, many).map((n): NewEntry => {
    const body = JSON.stringify(reading("fridge-1", n));
    return { kind: "entry", stream: "reading", entryKind: "reading", time, body };
  });
  await desk.journal.append(items, time);
  await desk.append("enrolment", enrolment("i-1", "site-1", "key-1"), 2, "audit");
  // One read a slice, so that not the machine decides how many entries a question waits for.
  const tables = await desk.reopenBehind(() => desk.removeTables(), { sliceMs: 0 });
  const followed = async () => {
    const [row] = await tables.rows("SELECT max(seq) AS seq FROM cursors WHERE stream = 'reading'");
    return row.numberOrNull("seq") ?? 0;
  };
  expect(await tables.rows("SELECT node FROM members")).toHaveLength(1);
  expect(await followed()).toBeLessThan(many);
  await tables.caughtUp(desk.journal);
  expect(await followed()).toBe(many);
});

test("the tables follow the journal by themselves, and tell that they changed", async () => {
  await using desk = await TablesDesk.open({ node: "site-1" });
  let changes = 0;
  const stop = new AbortController();
  const watching = (async () => {
    for await (const _ of desk.tables.changes(stop.signal)) changes++;
  })();
  await until("the watch begins", () => changes > 0);
  const before = changes;
  await desk.append("reading", reading("fridge-1", 4.5));
  await until(
    "the value is there",
    async () => (await desk.tables.rows("SELECT value FROM points")).at(0)?.text("value") === "4.5",
  );
  await until("the change is told", () => changes > before);
  stop.abort();
  await watching;
});
