import { describe, expect, test } from "vitest";
import { openDesk } from "../../sync/desk.ts";
import { digests } from "../../sync/digests_route.ts";
import { FixtureOrigin } from "../../sync/fixture_origin.ts";
import { range, stampAt } from "../../sync/fixtures.ts";
import { Nonces } from "../../sync/nonces.ts";
import type { Peer } from "../../sync/peer.ts";
import { SimulatedTime } from "../../sync/simulated_time.ts";
import { parseConfig } from "../config_file.ts";
import { TablesDesk } from "../fixture_tables.ts";
import { compareAll, type ComparisonLine } from "./comparing.ts";
import { daysOf } from "./day_tables.ts";

const SITES = 12;

/** Two centres that hold the same of many sites; B answers in simulated time. */
class SlowCentre implements AsyncDisposable {
  readonly time = new SimulatedTime();
  readonly a: TablesDesk;
  readonly b: TablesDesk;
  questions = 0;

  private constructor(a: TablesDesk, b: TablesDesk) {
    this.a = a;
    this.b = b;
  }

  static async open(): Promise<SlowCentre> {
    const open = (node: string) => TablesDesk.open({ node });
    const centre = new SlowCentre(await open("county-a"), await open("county-b"));
    const runs = range(1, SITES).map((n) =>
      new FixtureOrigin(`site-${String(n).padStart(2, "0")}.1-0123456789abcdef`).run(1, 3)
    );
    for (const { journal, tables } of [centre.a, centre.b]) {
      await journal.receive(runs);
      await tables.caughtUp(journal);
    }
    return centre;
  }

  /** Each answer takes so long; those past the number of `silentAfter` never come. */
  peer(answerMs: number, silentAfter = Infinity): Pick<Peer, "ask" | "node"> {
    const { time, b } = this;
    const desk = openDesk({
      journal: b.journal,
      node: "county-b",
      key: b.key,
      nonces: new Nonces(new Uint8Array(32), () => 0),
      member: () => ({ publicKey: this.a.key.publicKey, role: "county" }),
      stamp: () => stampAt(0),
      days: (node, after, limit) => daysOf(b.tables, node, after, limit),
      onEvent: () => {},
    });
    return {
      node: "county-b",
      ask: async (_path, body, signal) => {
        if (++this.questions > silentAfter) return await this.#silence(signal);
        time.after(answerMs, () => {});
        await time.step();
        signal.throwIfAborted();
        return (await digests(desk, { node: "county-a", remote: null }, body)).body;
      },
    };
  }

  async compare(peer: Pick<Peer, "ask" | "node">): Promise<ComparisonLine[]> {
    const { journal, tables, folder } = this.a;
    const title = "{ zh: 测试, en: Test }";
    const config = parseConfig(
      `{ role: county, node: county-a, title: ${title}, dataDir: ${folder.path} }`,
    );
    const query = { wait: 0 };
    return await Array.fromAsync(compareAll({ config, journal, tables }, peer, query, this.time));
  }

  async #silence(signal: AbortSignal): Promise<never> {
    while (!signal.aborted && await this.time.step());
    signal.throwIfAborted();
    throw new Error("nobody limits how long an answer may take");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.a[Symbol.asyncDispose]();
    await this.b[Symbol.asyncDispose]();
  }
}

describe("G6: a comparison with a slow centre", () => {
  test("ends well, however long all takes, when each answer comes within its time", async () => {
    await using centre = await SlowCentre.open();
    const lines = await centre.compare(centre.peer(50_000));
    // The own audit of each centre, which nobody has shipped here, differs.
    expect(lines.at(-1)).toEqual({ compared: SITES + 2, different: 2 });
    expect(centre.time.nowMs()).toBeGreaterThan(20 * 60_000);
    const progress = lines.flatMap((line) => "progress" in line ? [line.progress] : []);
    expect(progress.map(({ done, of }) => [done, of]))
      .toEqual(range(0, SITES + 1).map((done) => [done, SITES + 2]));
    expect(progress[2]).toEqual({ node: "site-01", done: 2, of: SITES + 2 });
  });

  test("ends at an answer that does not come, and says whose, of what, and how far it came", async () => {
    await using centre = await SlowCentre.open();
    const all = await centre.compare(centre.peer(50_000));
    const asked = centre.questions;
    centre.questions = 0;
    const lines = await centre.compare(centre.peer(50_000, asked - 3));
    expect(lines.at(-1)).toEqual({
      compared: SITES,
      different: 2,
      error: 'Cannot compare what "county-b" holds of "site-11": ' +
        'Cannot ask "county-b": no answer within 60 s',
    });
    expect(all.slice(0, 5)).toEqual(lines.slice(0, 5));
  });

  test("that says nothing at all names it as well", async () => {
    await using centre = await SlowCentre.open();
    expect(await centre.compare(centre.peer(0, 0))).toEqual([{
      compared: 0,
      different: 0,
      error: 'Cannot compare what "county-b" holds: Cannot ask "county-b": no answer within 60 s',
    }]);
  });
});
