import { expect, test } from "vitest";
import { firstHash } from "./chain.ts";
import { encodePositionsTold } from "./answers.ts";
import { memoryJournal } from "./fixture_segments.ts";
import { FixtureNode, type Members } from "./fixture_node.ts";
import { numbered, stampAt, until } from "./fixtures.ts";
import type { Journal } from "./journal.ts";
import type { Peer } from "./peer.ts";
import { LifeQuestions } from "./life_questions.ts";
import { LifeSums } from "./life_sums.ts";
import { encodePositionsAsked } from "./questions.ts";
import { streamKey, type StreamState } from "./segments.ts";
import { seeded } from "./simulated_time.ts";
import { systemTimer } from "./timer.ts";

/** A node in memory: thousands of lives take no disk's time. */
async function nodeWith(name: string, members: Members, lives: number): Promise<FixtureNode> {
  const journal = await memoryJournal(name, systemTimer, stampAt(0));
  const node = FixtureNode.over(name, members, journal);
  await beginLives(journal, lives);
  return node;
}

async function beginLives(journal: Journal, lives: number): Promise<void> {
  for (let life = 0; life < lives; life++) {
    await journal.append([numbered(life), numbered(life, "record")], stampAt(life));
    await journal.renewLife("backlog");
  }
}

/** A peer that tells what each question of positions cost, in bytes there and back. */
function counted(peer: Peer, costs: number[]): Peer {
  const { positions } = peer;
  peer.positions = async (asked, signal) => {
    const told = await positions.call(peer, asked, signal);
    costs.push(encodePositionsAsked(asked).length + encodePositionsTold(told).length);
    return told;
  };
  return peer;
}

/** What a question costs once all is there, and receipts are here. */
async function bytesOfARound(lives: number): Promise<number> {
  const members: Members = new Map();
  await using a = (await nodeWith("county-a", members, 0)).listen();
  await using site = await nodeWith("site-1", members, lives);
  const costs: number[] = [];
  using peer = counted(site.peer(a), costs);
  const link = site.linkTo(a, { peer, refreshMs: 20 });
  const streams = site.journal.positions().length;
  await until("all receipts are here", () => site.journal.receipts().length === streams, 50_000);
  const asked = costs.length + 2;
  await until("it was asked again, twice", () => costs.length >= asked);
  expect(link.status()).toMatchObject({ waitingEntries: 0, blocked: [] });
  return costs[costs.length - 1];
}

test("what a question costs does not grow with the lives that are over", async () => {
  const one = await bytesOfARound(1);
  const many = await bytesOfARound(200);
  // Names of lives with more digits, no more.
  expect(many).toBeLessThan(one + 32);
  expect(one).toBeLessThan(700);
});

test("G6: a centre that comes back from an older backup gets lives that were over by then", async () => {
  const members: Members = new Map();
  await using site = await nodeWith("site-1", members, 30);
  await using a = (await FixtureNode.start("county-a", members)).listen();
  await using b = (await FixtureNode.start("county-b", members)).listen();
  site.linkTo(a);
  site.linkTo(b);
  const same = (node: FixtureNode) =>
    node.positionsOf("site-1").join() === site.positionsOf("site-1").join();
  await until("both have the first lives", () => same(a) && same(b));
  using backup = await a.image();
  await a.hangUp();
  a.listen();
  await beginLives(site.journal, 60);
  await until("both have all lives", () => same(a) && same(b));
  await a.hangUp();
  await site.unlink();
  await using restored = (await FixtureNode.start("county-a", members, backup)).listen();
  expect(restored.positionsOf("site-1").length).toBeLessThan(site.positionsOf("site-1").length);
  // The site is away by now: what only the other centre still has comes from there.
  b.linkTo(restored);
  await until("it has all lives again", () => same(restored));
});

test("G2: the same link finds out that its centre has lost lives that were over", async () => {
  const members: Members = new Map();
  await using site = await nodeWith("site-1", members, 20);
  await using a = (await FixtureNode.start("county-a", members)).listen();
  using backup = await a.image();
  await a.hangUp();
  a.listen();
  const link = site.linkTo(a);
  const same = (node: FixtureNode) =>
    node.positionsOf("site-1").join() === site.positionsOf("site-1").join();
  await until("it has all lives", () => same(a));
  const streams = site.journal.positions().length;
  await until("all receipts are here", () => site.journal.receipts().length === streams);
  await a.hangUp();
  await using restored = await FixtureNode.start("county-a", members, backup);
  a.listen({ journal: restored.journal });
  await until("it has all lives again", () => same(restored));
  expect(link.status().blocked).toEqual([]);
});

const SELF = "site-1.9999-00112233445566ff";

/** Streams of lives of two nodes, each at entry `life`. */
function statesOf(lives: readonly number[]): StreamState[] {
  return ["site-1", "county-a"].flatMap((node) =>
    lives.flatMap((life) =>
      ["audit", "record"].map((stream): StreamState => ({
        origin: `${node}.${life}-${life.toString(16).padStart(16, "0")}`,
        stream,
        seq: life,
        hash: new Uint8Array(32).fill(life % 251),
        floor: 1,
        floorHash: firstHash(),
      }))
    )
  );
}

/** Asks a peer that holds `there`; returns its answers, how often it was asked, and its bytes. */
async function ask(here: readonly StreamState[], there: readonly StreamState[]) {
  const held = new Map(there.map((state) => [streamKey(state.origin, state.stream), state]));
  const peerSums = new LifeSums("sha256");
  let rounds = 0;
  let bytes = 0;
  const peer: Pick<Peer, "positions"> = {
    positions(asked) {
      const { ranges, questions } = asked;
      rounds++;
      const answers = questions.map(({ origin, stream }) => {
        const { seq, hash } = held.get(streamKey(origin, stream)) ?? { seq: 0, hash: firstHash() };
        return { seq, hash, receipt: null, hashAt: null };
      });
      const told = { latest: null, agreed: peerSums.agree(there, ranges), answers };
      bytes += encodePositionsAsked(asked).length + encodePositionsTold(told).length;
      return Promise.resolve(told);
    },
  };
  const asking = {
    self: SELF,
    known: here,
    isWhole: () => true,
    isAlone: () => false,
    question: ({ origin, stream, seq }: StreamState) => ({
      origin,
      stream,
      wantsReceipt: false,
      at: seq,
    }),
  };
  const questions = new LifeQuestions(peer, new LifeSums("sha256"));
  const { answers } = await questions.ask(asking, new AbortController().signal);
  return { answers, rounds, bytes };
}

test("G6: whatever a peer lacks or holds otherwise is found, and nothing is believed equal else", async () => {
  const random = seeded(11);
  for (const count of [1, 2, 17, 300, 3000]) {
    const lives = Array.from({ length: count }, (_, index) => index + 1);
    const here = statesOf(lives);
    for (const share of [0, 0.001, 0.05, 1]) {
      const there = here.flatMap((state): StreamState[] => {
        if (random() >= share) return [state];
        return random() < 0.5 ? [] : [{ ...state, hash: new Uint8Array(32).fill(252) }];
      });
      const { answers, rounds } = await ask(here, there);
      const same = new Set(there);
      const unfound = here.filter((state) => !same.has(state) && !answers.has(state));
      expect(unfound).toEqual([]);
      expect(rounds).toBeLessThanOrEqual(5);
      // The newest life of each of both nodes is always asked for.
      if (share === 0) expect(answers.size).toBe(4);
    }
  }
});

test("two thousand lives that are over cost a question what one costs", async () => {
  const ofLives = async (count: number) => {
    const lives = Array.from({ length: count + 1 }, (_, index) => index + 1);
    return (await ask(statesOf(lives), statesOf(lives))).bytes;
  };
  const [one, many] = [await ofLives(1), await ofLives(2000)];
  // Names of lives with more digits, no more.
  expect(many).toBeLessThan(one + 48);
  expect(one).toBeLessThan(900);
});
