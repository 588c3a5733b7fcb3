import process from "node:process";
import { expect, test } from "vitest";
import { ADMISSION_LIMITS } from "./admission.ts";
import { memoryJournal } from "./fixture_segments.ts";
import { numbered, range, stampAt } from "./fixtures.ts";
import { GAP_AFTER_MS } from "./gaps.ts";
import { NodeKey } from "./identity.ts";
import type { JournalShell } from "./journal_shell.ts";
import { Link } from "./link.ts";
import { Nonces } from "./nonces.ts";
import { nodeOf } from "./origin.ts";
import { OwnLives } from "./own_lives.ts";
import { Pacer } from "./pacing.ts";
import type { Member } from "./routes.ts";
import { SimulatedNetwork } from "./simulated_network.ts";
import { seeded, SimulatedTime } from "./simulated_time.ts";
import { Wants } from "./wants.ts";

const SITES = 500;
/** What a county works on one request: with 16 at a time that makes 160 a second. */
const WORK_MS = 100;

test(
  "five hundred sites that come back at one moment are all served, none of them late",
  async () => {
    const time = new SimulatedTime();
    const random = seeded(7);
    const network = new SimulatedNetwork(time, random);
    network.workMs = WORK_MS;
    const stop = new AbortController();
    const key = NodeKey.create();
    const siteKey = NodeKey.create();
    const members = new Map<string, Member>();
    const county = await memoryJournal("county-a", time, stampAt(0));
    network.listen({
      journal: county,
      node: "county-a",
      key,
      nonces: new Nonces(new Uint8Array(32), () => time.nowMs()),
      member: (node) => members.get(node),
      stamp: () => stampAt(0),
      timer: time,
      signal: stop.signal,
      onEvent: () => {},
    });
    let downs = 0;
    const journals: JournalShell[] = [];
    for (const number of range(1, SITES)) {
      const name = `site-${number}`;
      members.set(name, { publicKey: siteKey.publicKey, role: "site" });
      const journal = await memoryJournal(name, time, stampAt(0));
      await journal.append(range(1, 50).map((n) => numbered(n)), stampAt(0));
      journals.push(journal);
    }
    const nowMs = () => time.nowMs();
    const stamp = () => stampAt(0);
    for (const journal of journals) {
      const link = new Link({
        journal,
        lives: new OwnLives({ journal, stamp, timer: time, onEvent: () => {} }),
        wants: new Wants(nowMs),
        pacer: new Pacer({ mbit: 20, sharePercent: 50 }, nowMs),
        others: () => [],
        peer: network.peer(nodeOf(journal.origin), "county-a", stop.signal),
        peerPublicKey: key.publicKey,
        key: siteKey,
        carries: (origin) => origin === journal.origin,
        relayAfterMs: 0,
        refreshMs: 75_000,
        gapAfterMs: GAP_AFTER_MS,
        timer: time,
        random,
        onEvent: (event) => downs += event.kind === "down" ? 1 : 0,
      });
      link.run(stop.signal);
    }
    const doneMs = new Map<string, number>();
    while (doneMs.size < SITES) {
      expect(await time.step()).toBe(true);
      expect(time.nowMs()).toBeLessThan(600_000);
      for (const { origin } of journals) {
        if (!doneMs.has(origin) && county.position(origin, "reading")?.seq === 50) {
          doneMs.set(origin, time.nowMs());
        }
      }
    }
    stop.abort();
    const done = [...doneMs.values()].sort((a, b) => a - b);
    // Each asks where the county stands, then ships: two requests.
    const bestMs = SITES * 2 * WORK_MS / ADMISSION_LIMITS.requestsMax;
    const at = (share: number) => Math.round(done[Math.ceil(SITES * share) - 1] / 100) / 10;
    process.stdout.write(
      `${SITES} sites at once: half served after ${at(0.5)} s, 95 % after ${at(0.95)} s, ` +
        `the last after ${at(1)} s; ${downs} were told to come back; ` +
        `without a pause it would take ${bestMs / 1000} s\n`,
    );
    expect(downs).toBeGreaterThan(100);
    expect(done[SITES - 1]).toBeLessThan(10 * bestMs);
  },
  300_000,
);
