import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { stampAt } from "../sync/fixtures.ts";
import type { Journal } from "../sync/journal.ts";
import { streamKey } from "../sync/segments.ts";
import { parseConfig } from "./config_file.ts";
import { TablesDesk } from "./fixture_tables.ts";
import { siteCopies } from "./site_copies.ts";

const SITE = "site-017";
const wall = (ms: number) => stampAt(ms).wallMs;
const common = { title: { zh: "一", en: "One" }, dataDir: "/tmp/none", http: { port: 8080 } };
const centre = (node: string) => ({ node, url: `https://${node}.example` });
const siteConfig = (centres: readonly string[]) =>
  parseConfig(stringify({ role: "site", node: SITE, ...common, counties: centres.map(centre) }));
const NOW_MS = 10_000;

interface Known {
  readonly lost?: readonly string[];
  /** What the other centre says that it has of `record`. */
  readonly other?: number;
}

async function untilOf(
  config: ReturnType<typeof parseConfig>,
  journal: Journal,
  known: Known = {},
) {
  const [state] = journal.positions().filter(({ stream }) => stream === "record");
  const { other, lost = [] } = known;
  const positions = other === undefined
    ? new Map()
    : new Map([[streamKey(state.origin, "record"), { ...state, seq: other }]]);
  const node = {
    ...{ config, journal, clock: { now: () => stampAt(NOW_MS) } },
    losses: { lost: new Set(lost) },
  };
  const links = new Map([["county-b", { peerPositions: positions }]]);
  const { centres, nowMs } = await siteCopies({ node, links }, SITE);
  expect(nowMs).toBe(wall(NOW_MS));
  return centres.map((
    { centre, untilMs },
  ) => [centre, untilMs === null ? null : untilMs - wall(0)]);
}

describe("C11 G2: what a site wrote is elsewhere", () => {
  test("up to the first entry without a receipt of each centre", async () => {
    await using desk = await TablesDesk.open({ node: SITE });
    for (const ms of [1000, 2000, 3000]) await desk.append("any", {}, ms, "record");
    const { journal } = desk;
    const { origin } = journal;
    const receives = (centre: string, seq: number) => {
      const [hash, signature] = [new Uint8Array(32), new Uint8Array(64)];
      const streams = journal.positions().filter((state) => state.origin === origin);
      journal.addReceipts(
        streams.map(({ stream, seq: last }) => (
          { centre, origin, stream, seq: stream === "record" ? seq : last, hash, signature }
        )),
      );
    };
    const both = siteConfig(["county-a", "county-b"]);
    receives("county-a", 3);
    receives("county-b", 1);
    expect(await untilOf(both, journal)).toEqual([["county-a", NOW_MS], ["county-b", 2000]]);
    expect(await untilOf(both, journal, { lost: ["county-b"] })).toEqual([["county-a", NOW_MS]]);
    receives("county-b", 3);
    expect(await untilOf(both, journal)).toEqual([["county-a", NOW_MS], ["county-b", NOW_MS]]);
    expect(await untilOf(siteConfig([]), journal)).toEqual([]);
  });

  test("as a county knows: its own to the last that came, the other's as that says", async () => {
    await using site = await TablesDesk.open({ node: SITE });
    await using county = await TablesDesk.open({ node: "county-a", authorities: ["county-a"] });
    for (const ms of [1000, 2000, 3000]) await site.append("any", {}, ms, "record");
    await site.handOver(county, "record");
    const config = parseConfig(
      stringify({ role: "county", node: "county-a", ...common, peer: centre("county-b") }),
    );
    const { journal } = county;
    const of = async (known: Known) => await untilOf(config, journal, known);
    expect(await of({ other: 3 })).toEqual([["county-a", 3000], ["county-b", 3000]]);
    expect(await of({ other: 1 })).toEqual([["county-a", 3000], ["county-b", 2000]]);
    expect(await of({})).toEqual([["county-a", 3000], ["county-b", null]]);
  });
});
