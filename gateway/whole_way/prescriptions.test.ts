import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { range, TemporaryFolder, until } from "../../sync/fixtures.ts";
import { centresFor, enrol, type HeldEntry, NodeProcess, startCentres } from "../fixtures.ts";
import { prescriptionBody } from "../prescription/life/prescription_body.ts";
import { type VerdictBody, verdictBody } from "../prescription/life/verdict_body.ts";
import { reviewConfig, sentPrescription } from "../prescription/fixture_sources.ts";
import { verdictView } from "../prescription/reviewed.ts";
import { bothEqual } from "./fixtures.ts";

const SITE = "site-1";

/** Longer than the default, so that a busy machine decides by the line and not by its load. */
const WAIT_MS = 5000;

const opened = new AsyncDisposableStack();
let a: NodeProcess;
let b: NodeProcess;
let site: NodeProcess;
let inHaste: NodeProcess;
beforeAll(async () => {
  const folder = opened.use(new TemporaryFolder()).path;
  const prescription = { ...reviewConfig(folder, SITE), waitMs: WAIT_MS };
  [a, b] = await startCentres(folder, { prescription });
  opened.use(a);
  opened.use(b);
  const counties = centresFor([a, b]);
  const more = { counties, prescription };
  site = opened.use(new NodeProcess(folder, { name: SITE, role: "site", more }));
  const little = { counties, prescription: { ...prescription, waitMs: 50 } };
  inHaste = opened.use(new NodeProcess(folder, { name: "site-2", role: "site", more: little }));
  await enrol(a, site);
  await enrol(a, inHaste);
  await Promise.all([site.start(), inHaste.start()]);
  await linked(site);
});
afterAll(() => opened.disposeAsync());

const linkStates = z.object({ links: z.array(z.object({ state: z.string() })) });

async function linked(node: NodeProcess): Promise<void> {
  await until(`${node.name} is linked to both centres`, async () => {
    const { links } = linkStates.parse(await node.ask("/api/status"));
    return links.every(({ state }) => state === "up");
  });
}

async function send(node: NodeProcess, prescription: object, headers: Record<string, string> = {}) {
  const answer = await node.fetch("/api/prescriptions", {
    method: "POST",
    body: JSON.stringify(prescription),
    headers: { "content-type": "application/json", ...headers },
  });
  const body: unknown = await answer.json();
  return { status: answer.status, verdict: verdictView.safeParse(body).data ?? null };
}

/** What a node holds of one prescription, each entry once. */
async function heldBy(node: NodeProcess, of: string, number: string) {
  const streams = ["record", `to:${of}`];
  const writers = [of, a.name, b.name];
  const entries: HeldEntry[] = [];
  for (const writer of writers) {
    for (const stream of streams) entries.push(...await node.entriesOf(writer, stream));
  }
  const received = entries.filter(({ kind, body }) =>
    kind === "prescription" && prescriptionBody.parse(body).prescription.id === number
  );
  const verdicts = entries.filter(({ kind, body }) =>
    kind === "verdict" && body.prescription === number
  ).map(({ body }): VerdictBody => verdictBody.parse(body));
  return { received, verdicts };
}

describe("P12: a prescription at a site, with its line up", () => {
  test("P1 is answered by the county, with a token, and both centres hold both", async () => {
    const { status, verdict } = await send(site, sentPrescription("clean"));
    expect(status).toBe(201);
    expect(verdict).toMatchObject({ site: SITE, outcome: "pass", degraded: false });
    expect(verdict?.token).toEqual(expect.any(String));
    await until("both centres hold the prescription and one verdict", async () => {
      const held = await Promise.all([site, a, b].map((node) => heldBy(node, SITE, "clean")));
      return held.every(({ received, verdicts }) => received.length === 1 && verdicts.length > 0);
    });
    const { verdicts } = await heldBy(site, SITE, "clean");
    expect(new Set(verdicts.map(({ id }) => id)).size).toBe(1);
    expect(verdicts.map(({ mode }) => mode)).not.toContain("degraded");
  });

  test("T2: is one, however often it is sent; with other content it is refused", async () => {
    const document = sentPrescription("twice");
    const first = await send(site, document, { "idempotency-key": "k-1" });
    const again = await send(site, document, { "idempotency-key": "k-1" });
    expect(again).toEqual({ ...first, status: 200 });
    const changed = sentPrescription("twice", { drug: "009" });
    expect((await send(site, changed)).status).toBe(409);
    const other = sentPrescription("another");
    expect((await send(site, other, { "idempotency-key": "k-1" })).status).toBe(409);
    expect((await heldBy(site, SITE, "twice")).received).toHaveLength(1);
  });

  test("a rescue order does not wait; the county looks at it afterwards", async () => {
    const rescue = sentPrescription("rescue", { drug: "009", rescue: true });
    const { verdict } = await send(site, rescue);
    expect(verdict).toMatchObject({ outcome: "pharmacist", degraded: true });
    expect(verdict?.token).toEqual(expect.any(String));
    await until("the county has looked at it", async () => {
      const { verdicts } = await heldBy(site, SITE, "rescue");
      return verdicts.some(({ mode }) => mode !== "degraded");
    });
  });
});

describe("P12: with the line cut", () => {
  test("the site decides by itself, marked so, and the county reviews it afterwards", async () => {
    for (const { pid } of [a, b]) Deno.kill(pid, "SIGSTOP");
    const slow = await send(inHaste, sentPrescription("slow"));
    expect(slow.verdict).toMatchObject({ site: "site-2", degraded: true });
    for (const { pid } of [a, b]) Deno.kill(pid, "SIGCONT");
    await until("it was reviewed afterwards", async () => {
      const { verdicts } = await heldBy(inHaste, "site-2", "slow");
      return verdicts.some(({ mode }) => mode !== "degraded");
    });

    await Promise.all([a.kill(), b.kill()]);
    await until("the site knows", async () => {
      const { links } = linkStates.parse(await site.ask("/api/status"));
      return links.every(({ state }) => state !== "up");
    });
    const passed = await send(site, sentPrescription("down"));
    expect(passed).toMatchObject({ status: 201, verdict: { outcome: "pass", degraded: true } });
    expect(passed.verdict?.token).toEqual(expect.any(String));
    const black = await send(site, sentPrescription("down-black", { drug: "008" }));
    expect(black.verdict).toMatchObject({ outcome: "intercept", degraded: true, token: null });
    await Promise.all([a.start(), b.start()]);
    await linked(site);
    await until("both were reviewed afterwards", async () => {
      const held = await Promise.all(
        ["down", "down-black"].map((number) => heldBy(site, SITE, number)),
      );
      return held.every(({ verdicts }) => verdicts.some(({ mode }) => mode === "after-review"));
    });
    expect((await send(site, sentPrescription("up"))).verdict?.degraded).toBe(false);
  });
});

describe("P11: with one centre away", () => {
  test.each(["a", "b"] as const)("%s: the other one answers the site", async (away) => {
    const centre = away === "a" ? a : b;
    await centre.kill();
    const { verdict } = await send(site, sentPrescription(`without-${away}`));
    expect(verdict).toMatchObject({ outcome: "pass", degraded: false });
    await centre.start();
    await linked(site);
    await until("it holds the same", async () => {
      const { received, verdicts } = await heldBy(centre, SITE, `without-${away}`);
      return received.length === 1 && verdicts.length > 0;
    });
  });

  test("T2: a HIS that comes to the other one is given the same verdict, or one linked to it", async () => {
    const document = sentPrescription("moved");
    const at = async (node: NodeProcess) => {
      const answer = await node.fetch(`/api/prescriptions?site=${SITE}`, {
        method: "POST",
        body: JSON.stringify(document),
        headers: { "content-type": "application/json" },
      });
      return { status: answer.status, verdict: verdictView.parse(await answer.json()) };
    };
    const first = await at(a);
    await a.kill();
    const second = await at(b);
    expect([first.status, second.status]).toEqual([201, expect.any(Number)]);
    const same = ({ verdict }: typeof first) => [verdict.hash, verdict.outcome, verdict.degraded];
    expect(same(second)).toEqual(same(first));
    await a.start();
    await until("both centres hold the same", async () => {
      const held = await Promise.all([a, b].map((node) => heldBy(node, SITE, "moved")));
      const ids = held.map(({ verdicts }) => verdicts.map(({ id }) => id).sort().join());
      return ids[0] === ids[1] && ids[0] !== "";
    });
    const standing = z.object({ state: z.string(), sides: z.array(z.unknown()) }).loose();
    for (const node of [a, b]) {
      await until(`${node.name} shows one side`, async () => {
        const found = standing.parse(await node.ask(`/api/prescriptions/moved?site=${SITE}`));
        return found.state === "passed" && found.sides.length === 1;
      });
    }
  });
});

test("T1 T2: what was acknowledged outlives kill -9 of the site, and nothing is there twice", async () => {
  const acknowledged = new Map<string, string>();
  const documents = range(1, 60).map((n) => sentPrescription(`kill-${n}`));
  for (const round of range(0, 2)) {
    const own = documents.slice(round * 20, round * 20 + 20);
    const sending = own.map(async (document) => {
      const { status, verdict } = await send(site, document);
      if (status < 300) acknowledged.set(document.id, verdict?.hash ?? "");
    });
    const settled = Promise.allSettled(sending);
    const before = acknowledged.size;
    await until("some are acknowledged", () => acknowledged.size > before + round);
    await site.kill();
    await settled;
    await site.start();
  }
  await linked(site);
  for (const document of documents) {
    const { status, verdict } = await send(site, document);
    expect(status).toBeLessThan(300);
    const before = acknowledged.get(document.id);
    if (before !== undefined) expect([status, verdict?.hash]).toEqual([200, before]);
  }
  await bothEqual({ a, b, site });
  for (const node of [a, b]) {
    const entries = await node.entriesOf(SITE, "record");
    const numbers = entries.filter(({ kind }) => kind === "prescription")
      .map(({ body }) => prescriptionBody.parse(body).prescription.id)
      .filter((id) => id.startsWith("kill-"));
    expect(numbers.sort()).toEqual(documents.map(({ id }) => id).sort());
  }
});
