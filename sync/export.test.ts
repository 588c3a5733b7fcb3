import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { Chain } from "./chain.ts";
import { CLOCK_STATES, writeContent } from "./entry.ts";
import { exportFile, type ExportRange, exportStatement } from "./export.ts";
import { FixtureNode, type Members } from "./fixture_node.ts";
import { numbered, range, stampAt, TemporaryFolder, until } from "./fixtures.ts";
import { NodeKey } from "./identity.ts";
import { OctetWriter } from "./octets.ts";
import { keysOf } from "./desk.ts";

const VERIFIER = new URL("./verify_export.py", import.meta.url).pathname;
/** Two commits of forty; the county has both as one block or two, each signed at its end. */
const ENTRIES = 80;

let members: Members;
let site: FixtureNode;
let county: FixtureNode;
let folder: TemporaryFolder;

beforeAll(async () => {
  members = new Map();
  folder = new TemporaryFolder();
  county = (await FixtureNode.start("county-a", members)).listen();
  site = await FixtureNode.start("site-1", members);
  for (const from of [1, ENTRIES / 2 + 1]) {
    const items = range(from, from + ENTRIES / 2 - 1).map((n) => numbered(n));
    await site.journal.append(items, stampAt(from));
  }
  const { origin } = site.journal;
  site.linkTo(county);
  await until(
    "the county holds it, and the site knows",
    () =>
      county.journal.position(origin, "reading")?.seq === ENTRIES &&
      site.journal.receipts().some(({ stream, seq }) => stream === "reading" && seq === ENTRIES),
  );
});

afterAll(async () => {
  await site[Symbol.asyncDispose]();
  await county[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

function readings(after = 0, to = ENTRIES): ExportRange {
  return { origin: site.journal.origin, stream: "reading", after, to };
}

/** The lines that a node exports, without their ends. */
async function exported(node: FixtureNode, ...ranges: readonly ExportRange[]): Promise<string[]> {
  const decoder = new TextDecoder();
  let text = "";
  const keys = (name: string) => {
    const member = members.get(name);
    return member === undefined ? [] : keysOf(member);
  };
  const parts = exportFile({
    journal: node.journal,
    exporter: node.name,
    key: node.key,
    isCentre: node === county,
    keysOf: keys,
    ranges,
    madeMs: stampAt(0).wallMs,
  });
  for await (const part of parts) text += decoder.decode(part, { stream: true });
  expect(text.endsWith("}\n")).toBe(true);
  return text.slice(0, -1).split("\n");
}

/** What the verifier says, who knows nothing of us. */
async function verdict(lines: readonly string[], ...more: string[]) {
  const path = `${folder.path}/export.ndjson`;
  Deno.writeTextFileSync(path, lines.map((line) => `${line}\n`).join(""));
  const { code, stdout, stderr } = await new Deno.Command("python3", {
    args: [VERIFIER, path, ...more],
  }).output();
  const printed = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
  return { code, printed };
}

/** Signs the file anew, as whoever changed it would with a key of their own. */
async function signedBy(lines: readonly string[], key: NodeKey): Promise<string[]> {
  const before = lines.slice(0, -1);
  const bytes = new TextEncoder().encode(before.map((line) => `${line}\n`).join(""));
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const signature = key.sign(exportStatement("county-a", hash)).toBase64();
  return [...before, JSON.stringify({ ...JSON.parse(lines.at(-1) ?? ""), signature })];
}

const hashIn = (line: string) => entryLine.parse(JSON.parse(line)).hash;

/** The hash that an entry's line should have behind the entry with hash `previous`. */
function hashOf(line: string, previous: string): string {
  const { seq, kind, ...time } = entryLine.parse(JSON.parse(line));
  const body = line.slice(line.indexOf(',"body":') + 8, -1);
  const writer = new OctetWriter();
  writeContent(writer, time, kind, body);
  const { origin } = site.journal;
  const chain = new Chain(origin, "reading", seq - 1, Uint8Array.fromHex(previous));
  return chain.next(writer.bytes()).toHex();
}

const entryLine = z.object({
  seq: z.number(),
  wallMs: z.number(),
  bootId: z.string(),
  bootMs: z.number(),
  clock: z.enum(CLOCK_STATES),
  kind: z.string(),
  hash: z.string(),
});

describe("a stranger verifies", () => {
  test("what a county exports of a site, with the site's head and the county's receipt", async () => {
    const lines = await exported(county, readings());
    expect(lines.filter((line) => line.startsWith('{"head"'))).toHaveLength(1);
    expect(lines.filter((line) => line.startsWith('{"receipt"'))).toHaveLength(1);
    const { code, printed } = await verdict(lines, county.key.publicKey);
    expect(printed).toContain(`good: ${ENTRIES} entries, as county-a exported them`);
    expect(code).toBe(0);
  });

  test("what a site exports of its own, with the receipt that it was given", async () => {
    const lines = await exported(site, readings());
    expect(lines.filter((line) => line.startsWith('{"receipt"'))).toHaveLength(1);
    const { code, printed } = await verdict(lines, site.key.publicKey);
    expect(printed).toContain(`good: ${ENTRIES} entries, as site-1 exported them`);
    expect(code).toBe(0);
  });

  test("several streams in one file, and one of which nothing is there", async () => {
    const { origin } = site.journal;
    const audit = { origin, stream: "audit", after: 0, to: 1 };
    const none = { origin, stream: "alarm", after: 0, to: 10 };
    const lines = await exported(county, audit, none, readings());
    expect((await verdict(lines)).printed).toContain(`good: ${ENTRIES + 1} entries`);
  });

  test("a part: of own entries what was asked, of others up to the next signed head", async () => {
    const own = await exported(site, readings(9, 20));
    expect((await verdict(own)).printed).toContain("good: 11 entries");
    const others = await exported(county, readings(9, 20));
    const { code, printed } = await verdict(others);
    const count = Number(/good: (\d+) entries/.exec(printed)?.[1]);
    expect(code).toBe(0);
    expect(count).toBeGreaterThanOrEqual(11);
    expect(count % (ENTRIES / 2)).toBe(ENTRIES / 2 - 9);
  });
});

describe("a stranger finds, naming the entry,", () => {
  /** Line of entry `seq`: behind the header and the beginning of the range. */
  const lineOf = (seq: number) => seq + 1;
  const change = (line: string, from: string | RegExp, to: string) => {
    const changed = line.replace(from, to);
    expect(changed).not.toBe(line);
    return changed;
  };

  test.each<[string, RegExp, (lines: string[]) => void]>([
    ["one byte of a body", /reading 17: its bytes/, (lines) => {
      lines[lineOf(17)] = change(lines[lineOf(17)], '"filler":"x', '"filler":"y');
    }],
    ["a space in a body, which means the same", /reading 17: its bytes/, (lines) => {
      lines[lineOf(17)] = change(lines[lineOf(17)], '{"number":', '{ "number":');
    }],
    ["another time", /reading 30: its bytes/, (lines) => {
      lines[lineOf(30)] = change(lines[lineOf(30)], /"wallMs":\d+/, '"wallMs":1795000000000');
    }],
    ["a clock that is made trustworthy, or not", /reading 5: its bytes/, (lines) => {
      lines[lineOf(5)] = change(lines[lineOf(5)], '"trusted"', '"untrusted"');
    }],
    ["a removed entry", /reading 40: 41 stands in its place/, (lines) => {
      lines.splice(lineOf(40), 1);
    }],
    ["two entries that changed places", /reading 12: 13 stands in its place/, (lines) => {
      lines.splice(lineOf(12), 2, lines[lineOf(13)], lines[lineOf(12)]);
    }],
    ["the last entries cut off", /reading 70: its head is that of another/, (lines) => {
      lines.splice(lineOf(71), 10);
    }],
    ["the head cut off as well", /reading 70: no signature of its origin/, (lines) => {
      lines.splice(lineOf(71), 12);
    }],
    ["a hash that was made to fit its entry", /reading 18: its bytes, or those before/, (lines) => {
      lines[lineOf(17)] = change(lines[lineOf(17)], '"filler":"x', '"filler":"y');
      const hash = hashOf(lines[lineOf(17)], hashIn(lines[lineOf(16)]));
      lines[lineOf(17)] = change(lines[lineOf(17)], /"hash":"\w+"/, `"hash":"${hash}"`);
    }],
    ["a changed signature of the origin", /reading 80: the head of site-1/, (lines) => {
      const at = lines.findIndex((line) => line.startsWith('{"head"'));
      lines[at] = change(lines[at], /"signature":"..../, '"signature":"AAAA');
    }],
    ["a changed receipt", /reading 80: the receipt of county-a/, (lines) => {
      const at = lines.findIndex((line) => line.startsWith('{"receipt"'));
      lines[at] = change(lines[at], /"signature":"..../, '"signature":"AAAA');
    }],
    ["another key of the origin", /reading 80: the head of site-1/, (lines) => {
      const key = NodeKey.create().publicKey;
      lines[0] = change(lines[0], site.key.publicKey, key);
    }],
    ["another key of the exporter", /reading 80: the receipt of county-a/, (lines) => {
      lines[0] = change(lines[0], county.key.publicKey, NodeKey.create().publicKey);
    }],
    ["a changed place to begin from", /reading 2: 1 stands in its place/, (lines) => {
      lines[1] = change(lines[1], '"after":0', '"after":1');
    }],
    ["another time of the export", /reading 80: the signature over the file/, (lines) => {
      lines[0] = change(lines[0], /"made":"\d+/, '"made":"1999');
    }],
    ["a changed last signature", /reading 80: the signature over the file/, (lines) => {
      lines[lines.length - 1] = change(
        lines.at(-1) ?? "",
        /"signature":"..../,
        '"signature":"AAAA',
      );
    }],
    ["a last line that is missing", /reading 80: the file is cut/, (lines) => {
      lines.pop();
    }],
    ["something behind the end", /reading 80: a line is cut, or behind the end/, (lines) => {
      lines.push(lines[2]);
    }],
    ["a header that is none", /the header/, (lines) => {
      lines[0] = "{}";
    }],
  ])("%s", async (_what, found, tamper) => {
    const lines = await exported(county, readings());
    tamper(lines);
    const { code, printed } = await verdict(lines);
    expect(printed).toMatch(found);
    expect(printed).toMatch(/^BAD at /);
    expect(code).toBe(1);
  });

  test("whatever byte was changed", async () => {
    const file = (await exported(county, readings())).join("\n");
    for (const part of range(0, 23)) {
      const at = Math.floor((part + 0.5) / 24 * file.length);
      const other = String.fromCharCode(file.charCodeAt(at) ^ 1);
      const { code } = await verdict([file.slice(0, at) + other + file.slice(at + 1)]);
      expect(code, `byte ${at} of ${file.length}`).toBe(1);
    }
  });

  test("a file that somebody else signed, by the key that the stranger was given", async () => {
    const forger = NodeKey.create();
    const lines = await exported(county, readings());
    const receipt = lines.findIndex((line) => line.startsWith('{"receipt"'));
    lines.splice(receipt, 1);
    lines[0] = lines[0].replace(county.key.publicKey, forger.publicKey);
    const forged = await signedBy(lines, forger);
    // It holds in itself: only who knows the county's key can tell.
    expect((await verdict(forged)).code).toBe(0);
    const { code, printed } = await verdict(forged, county.key.publicKey);
    expect(printed).toContain("BAD at the header: the exporter's key is not the one given");
    expect(code).toBe(1);
  });
});

test("without a file the verifier says how to use it", async () => {
  const { code, stdout } = await new Deno.Command("python3", { args: [VERIFIER] }).output();
  expect(code).toBe(2);
  expect(new TextDecoder().decode(stdout)).toContain("python3 verify_export.py FILE [KEY]");
});
