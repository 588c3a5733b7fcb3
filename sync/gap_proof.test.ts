import { expect, test } from "vitest";
import { exportFile } from "./export.ts";
import { numbered, range, stampAt, TemporaryFolder } from "./fixtures.ts";
import { signGap } from "./gaps.ts";
import { NodeKey } from "./identity.ts";
import { type Journal, openJournal } from "./journal.ts";
import { LibsqlSegments } from "./libsql_segments.ts";
import { gather } from "./ship.ts";
import { verify } from "./verify.ts";

const VERIFIER = new URL("./verify_export.py", import.meta.url).pathname;

function open(folder: TemporaryFolder, node: string): Promise<Journal> {
  return openJournal({
    directory: folder.path,
    node,
    hashName: "sha256",
    segmentBytesMax: 16 << 20,
    stamp: stampAt(0),
  });
}

/** A county that holds 1 to 10 and 21 to 30 of a site, which has declared the others gone. */
async function withGap(folder: TemporaryFolder) {
  using own = new TemporaryFolder();
  const key = NodeKey.create();
  const [site, county] = [await open(own, "site-1"), await open(folder, "county-a")];
  const { origin } = site;
  for (const from of [1, 11, 21]) {
    await site.append(range(from, from + 9).map((n) => numbered(n)), stampAt(from));
  }
  const publicKeys = [key.publicKey];
  const take = async (after: number) => {
    const wanted = site.positions().filter(({ stream }) => stream === "reading");
    const at = new Map([[`${origin} reading`, { seq: after, hash: new Uint8Array(32) }]]);
    const limits = { entriesMax: 10, bytesMax: 1 << 20 };
    const { runs } = await gather(site, wanted, at, key, limits);
    await county.receive(runs.map((run) => ({ run, publicKeys })));
  };
  await take(0);
  const hash = await site.hashAt(origin, "reading", 20);
  if (hash === null) throw new Error("there is no entry 20");
  const gap = signGap({ origin, stream: "reading", first: 11, last: 20, hash }, key);
  await county.receive([{ run: gap, publicKeys }]);
  await take(20);
  expect(county.position(origin, "reading")?.seq).toBe(30);
  await site.close();
  return { county, origin, publicKeys };
}

test("G5: verify walks over a gap, checks its signature, and names it", async () => {
  using folder = new TemporaryFolder();
  const { county, origin, publicKeys } = await withGap(folder);
  await county.close();
  const check = (keys: readonly string[]) =>
    verify({
      segments: new LibsqlSegments({ directory: folder.path, readOnly: true }),
      hashName: "sha256",
      publicKeysOf: (node) => node === "site-1" ? keys : [],
    }).findings.find((finding) => finding.origin === origin && finding.stream === "reading");
  expect(check(publicKeys)).toMatchObject({
    good: 20,
    gaps: [{ first: 11, last: 20 }],
    bad: null,
  });
  expect(check([NodeKey.create().publicKey])?.bad?.seq).toBe(10);
});

test("a stranger sees the gap in an export, signed by its origin, and no other", async () => {
  using folder = new TemporaryFolder();
  const { county, origin, publicKeys } = await withGap(folder);
  const key = NodeKey.create();
  const decoder = new TextDecoder();
  let text = "";
  const parts = exportFile({
    journal: county,
    exporter: "county-a",
    key,
    isCentre: true,
    keysOf: (node) => node === "site-1" ? publicKeys : [],
    ranges: [{ origin, stream: "reading", after: 0, to: 30 }],
    madeMs: 0,
  });
  for await (const part of parts) text += decoder.decode(part);
  await county.close();
  const path = `${folder.path}/export.ndjson`;
  const verdict = async (file: string) => {
    Deno.writeTextFileSync(path, file);
    const { stdout } = await new Deno.Command("python3", { args: [VERIFIER, path] }).output();
    return new TextDecoder().decode(stdout);
  };
  const good = await verdict(text);
  expect(good).toContain(`gap: ${origin} reading 11 to 20`);
  expect(good).toContain("good: 20 entries");
  // What stood before and what stands behind are vouched for by heads of their own.
  expect(text.split('{"head"')).toHaveLength(3);
  const larger = text.replace('{"gap":{"first":11,"last":20', '{"gap":{"first":11,"last":21');
  expect(await verdict(larger)).toContain("reading 21: the signature of a gap");
  const none = text.split("\n").filter((line) => !line.startsWith('{"gap"')).join("\n");
  expect(await verdict(none)).toContain("reading 11: 21 stands in its place");
});
