import { describe, expect, test } from "vitest";
import { firstHash } from "./chain.ts";
import { FixtureNode, type Members } from "./fixture_node.ts";
import { range } from "./fixtures.ts";
import { type LifeRange, LifeSums, livesByNode, livesByStream, SUM_BYTES } from "./life_sums.ts";
import type { StreamState } from "./segments.ts";
import { streamTo } from "./stream.ts";

const NEVER = new AbortController().signal;

function originOf(life: number, node = "county-a"): string {
  return `${node}.${life}-${life.toString(16).padStart(16, "0")}`;
}

function rangeOf(first: number, last: number, given: Partial<LifeRange> = {}): LifeRange {
  const sum = new Uint8Array(SUM_BYTES);
  return { first: originOf(first), last: originOf(last), stream: "", sum, ...given };
}

/** Streams of lives, of which it is counted how often their hashes were looked at. */
function statesOf(lives: number, streams: readonly string[], looked: { times: number }) {
  return range(1, lives).flatMap((life) =>
    streams.map((stream): StreamState => {
      const hash = new Uint8Array(32).fill(life % 251);
      return {
        origin: originOf(life),
        stream,
        get seq() {
          looked.times++;
          return life;
        },
        hash,
        floor: 1,
        floorHash: firstHash(),
      };
    })
  );
}

describe("X3: a member's question is refused as none that a node asks", () => {
  const asksA = async (ranges: readonly LifeRange[], ask: "positions" | "pull") => {
    const members: Members = new Map();
    await using a = (await FixtureNode.start("county-a", members)).listen();
    await using b = await FixtureNode.start("county-b", members);
    using peer = b.peer(a);
    const self = b.journal.origin;
    if (ask === "positions") await peer.positions({ self, ranges, questions: [] }, NEVER);
    else await peer.pull({ self, follow: null, waitMs: 0, ranges, places: [] }, NEVER);
  };

  test.each<[string, readonly LifeRange[]]>([
    ["with more sums than there may be", range(1, 4097).map((life) => rangeOf(life, life))],
    ["with rows of lives that overlap", [rangeOf(1, 5), rangeOf(7, 9), rangeOf(5, 6)]],
    ["with one row of lives twice", [rangeOf(1, 5), rangeOf(1, 5)]],
    ["with a row within another", [rangeOf(2, 3), rangeOf(1, 5)]],
  ])("%s", async (_what, ranges) => {
    await expect(asksA(ranges, "pull")).rejects.toThrow("not what this route takes");
    if (ranges.length > 4096) return;
    await expect(asksA(ranges, "positions")).rejects.toThrow("not what this route takes");
  });

  test("but not with rows of other nodes and streams, nor with rows that are none", async () => {
    const other = { first: originOf(1, "county-c"), last: originOf(5, "county-c") };
    const ranges = [
      rangeOf(1, 5),
      rangeOf(6, 6),
      rangeOf(1, 5, other),
      rangeOf(1, 5, { stream: "audit" }),
      rangeOf(1, 5, { first: "none" }),
      rangeOf(1, 5, { first: "none" }),
    ];
    await asksA(ranges, "positions");
    await asksA(ranges, "pull");
  });
});

test("rows of one stream, and of all, agree where all that counts is the same", () => {
  const looked = { times: 0 };
  const here = statesOf(40, ["audit", streamTo("site-1")], looked);
  const lives = livesByNode(here).get("county-a") ?? [];
  const asker = new LifeSums("sha256");
  for (const stream of ["audit", streamTo("site-1"), "record", ""]) {
    const counted = stream === "" ? lives : livesByStream(lives).get(stream) ?? lives;
    const rows = [[0, 9], [10, 10], [20, 39]];
    const ranges = rows.map(([from, to]) => asker.range(counted.slice(from, to + 1), stream));
    expect(new LifeSums("sha256").agree(here, ranges)).toEqual([true, true, true]);
    const other = here.map((state) =>
      state.origin !== originOf(11) ? state : { ...state, hash: new Uint8Array(32).fill(252) }
    );
    const isOther = stream !== "record";
    expect(new LifeSums("sha256").agree(other, ranges)).toEqual([true, !isOther, true]);
  }
});

test("T6: what sums cost grows with what is held, not with how many are asked for", () => {
  const looked = { times: 0 };
  const held = statesOf(500, ["audit", streamTo("site-1")], looked);
  const sums = new LifeSums("sha256");
  const costOf = (ranges: readonly LifeRange[]) => {
    looked.times = 0;
    sums.agree(held, ranges);
    return looked.times;
  };
  const one = costOf([rangeOf(1, 500)]);
  const many = range(1, 2000).map((n) => rangeOf(1, 500, { stream: `to:site-${n}` }));
  expect(costOf([...many, rangeOf(1, 500)])).toBeLessThanOrEqual(3 * one);
});

test("a life of a stream that stands where it stood is not summed up again", () => {
  const looked = { times: 0 };
  const held = statesOf(500, [streamTo("site-1")], looked);
  const sums = new LifeSums("sha256");
  const ranges = [rangeOf(1, 500, { stream: streamTo("site-1") })];
  const costOf = () => {
    looked.times = 0;
    sums.agree(held, ranges);
    return looked.times;
  };
  const first = costOf();
  expect(costOf()).toBeLessThan(first);
});
