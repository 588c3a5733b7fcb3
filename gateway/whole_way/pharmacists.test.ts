import { join } from "node:path";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { range, TemporaryFolder, until } from "../../sync/fixtures.ts";
import { PostgresServer } from "../../sync/postgres/fixture_server.ts";
import { NodeProcess } from "../fixtures.ts";
import {
  type HeldAnswer,
  PharmacistClient,
  waiting,
} from "../prescription/review/fixture_pharmacist.ts";
import { reviewConfig, sentPrescription } from "../prescription/fixture_sources.ts";

const COUNT = Number(Deno.env.get("TRIBUTARY_REVIEWS") ?? 40);
const PHARMACISTS = Number(Deno.env.get("TRIBUTARY_PHARMACISTS") ?? 6);
const KILLS = Number(Deno.env.get("TRIBUTARY_REVIEW_KILLS") ?? 2);
const LIMIT_MS = 120_000 + COUNT * 200;
const SITE = "site-1";
const NAMES = range(1, PHARMACISTS).map((n) => `p-${n}`);

/** Who holds what, as those know who were told so; two at one time are a fault. */
class Hands {
  readonly #holders = new Map<string, { readonly by: string; readonly fence: number }>();
  readonly faults: string[] = [];
  readonly decided = new Map<string, string[]>();

  took(id: string, by: string, fence: number): void {
    const other = this.#holders.get(id);
    if (other !== undefined && other.by !== by) {
      this.faults.push(`${id} was held by ${other.by} (${other.fence}) and by ${by} (${fence})`);
    }
    this.#holders.set(id, { by, fence });
  }

  /** It is decided, or was taken away: the answer has said so. */
  lets(id: string): void {
    this.#holders.delete(id);
  }

  done(id: string, by: string): void {
    this.decided.set(id, [...this.decided.get(id) ?? [], by]);
  }
}

describe.each(["libsql", "postgres"] as const)("pharmacists of a county on %s", (kind) => {
  test(
    `P7: ${PHARMACISTS} decide ${COUNT} while nodes are killed: none by two, none lost`,
    async () => {
      await using opened = new AsyncDisposableStack();
      const folder = opened.use(new TemporaryFolder()).path;
      const nodes = await startNodes(opened, folder, kind);
      const [first] = nodes;
      await sendAll(first);
      for (const node of nodes) {
        await until(`${node.name} offers all`, async () => await waiting(node) === COUNT, LIMIT_MS);
      }
      for (const name of NAMES) await PharmacistClient.hire(first, name);
      const hands = new Hands();
      let isOver = false;
      const clients: [NodeProcess, PharmacistClient][] = [];
      for (const [n, name] of NAMES.entries()) {
        const node = nodes[n % nodes.length];
        await untilKnown(node, name);
        clients.push([node, await PharmacistClient.signIn(node, name)]);
      }
      const working = clients.map(([node, client]) => work(node, client, hands));
      const all = Promise.all(working).finally(() => isOver = true);
      const killing = kill(nodes, hands, () => isOver);
      await Promise.all([all, killing]);

      expect(hands.faults.slice(0, 5)).toEqual([]);
      expect(hands.decided.size).toBe(COUNT);
      expect([...hands.decided].filter(([, by]) => new Set(by).size > 1)).toEqual([]);
      const decisions = (await first.entriesOf(first.name, `to:${SITE}`))
        .filter(({ kind }) => kind === "decision").map(({ body }) => String(body.prescription));
      expect(decisions.toSorted()).toEqual([...hands.decided.keys()].toSorted());
    },
    LIMIT_MS * 2,
  );
});

/** One node on a libsql file; two processes of one node on PostgreSQL, with the same keys. */
async function startNodes(
  opened: AsyncDisposableStack,
  folder: string,
  kind: "libsql" | "postgres",
): Promise<NodeProcess[]> {
  const prescription = {
    ...reviewConfig(folder, SITE, { pharmacists: NAMES }),
    perSecond: 100_000,
    burst: 100_000,
  };
  if (kind === "libsql") {
    const only = opened.use(
      new NodeProcess(folder, { name: "county-a", role: "county", more: { prescription } }),
    );
    return [await only.start()];
  }
  const postgres = opened.use(await PostgresServer.start());
  const { hosts, database, user } = postgres.server;
  const more = { store: { kind, hosts, database, user }, prescription };
  const nodes = range(1, 2).map((n) => {
    const own = join(folder, String(n));
    Deno.mkdirSync(own);
    return opened.use(new NodeProcess(own, { name: "county-a", role: "county", more }));
  });
  await nodes[0].start();
  const keys = (node: NodeProcess) => join(node.dataDir, "keys");
  Deno.mkdirSync(keys(nodes[1]), { recursive: true, mode: 0o700 });
  for (const { name } of Deno.readDirSync(keys(nodes[0]))) {
    Deno.copyFileSync(join(keys(nodes[0]), name), join(keys(nodes[1]), name));
  }
  await nodes[1].start();
  return nodes;
}

async function sendAll(node: NodeProcess): Promise<void> {
  const left = range(1, COUNT);
  await Promise.all(
    range(1, 20).map(async () => {
      for (let n = left.pop(); n !== undefined; n = left.pop()) {
        const answer = await node.fetch(`/api/prescriptions?site=${SITE}`, {
          method: "POST",
          body: JSON.stringify(sentPrescription(`rx-${n}`, { drug: "009" })),
          headers: { "content-type": "application/json" },
        });
        await answer.body?.cancel();
        expect(answer.status).toBe(201);
      }
    }),
  );
}

const accounts = z.array(z.object({ id: z.string(), hasPassword: z.boolean() }));

async function untilKnown(node: NodeProcess, name: string): Promise<void> {
  await until(`${node.name} knows ${name}`, async () => {
    const known = accounts.parse(await node.ask("/api/accounts").catch(() => []));
    return known.some(({ id, hasPassword }) => id === name && hasPassword);
  });
}

/** Takes and decides until nothing waits; what a dead node does not answer is asked for again. */
async function work(node: NodeProcess, who: PharmacistClient, hands: Hands): Promise<void> {
  for (;;) {
    const held = await again(() => who.take());
    if (held === null) {
      if (await again(() => waiting(node)) === 0) return;
      continue;
    }
    const { id, fence } = held.claim;
    hands.took(id, who.account, fence);
    const { status } = await again(() => decided(who, held));
    hands.lets(id);
    if (status === 201) hands.done(id, who.account);
    else expect(status).toBe(409);
  }
}

async function decided(who: PharmacistClient, held: HeldAnswer) {
  const answer = await who.decide(held, "approve");
  if (answer.status >= 500) throw new Error(`The node is not ready: ${answer.status}`);
  return answer;
}

/** Asks until it is answered: the same question, as a browser's user does. */
async function again<T>(ask: () => Promise<T>): Promise<T> {
  let answer: { readonly value: T } | null = null;
  await until("the node answers", async () => {
    answer = await ask().then((value) => ({ value }), () => null);
    return answer !== null;
  }, LIMIT_MS);
  if (answer === null) throw new Error("nobody answered");
  const { value }: { readonly value: T } = answer;
  return value;
}

/** Kills one after the other, spread over the work, and starts it again. */
async function kill(nodes: readonly NodeProcess[], hands: Hands, isOver: () => boolean) {
  for (const n of range(1, KILLS)) {
    const due = Math.floor((COUNT * n) / (KILLS + 1));
    await until(`${due} are decided`, () => isOver() || hands.decided.size >= due, LIMIT_MS);
    const node = nodes[n % nodes.length];
    await node.kill();
    await node.start();
  }
}
