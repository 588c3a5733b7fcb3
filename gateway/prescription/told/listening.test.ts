import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { range, until } from "../../../sync/fixtures.ts";
import { InnerCounty, SITE } from "../fixture_county.ts";
import { sentPrescription } from "../fixture_sources.ts";
import { heldAnswer, PharmacistClient } from "../review/fixture_pharmacist.ts";
import { standingView } from "../standing_view.ts";
import { OF_ONE_MAX } from "./told_stream.ts";

const CHANGES = "/api/prescription-changes";

let county: InnerCounty;
beforeAll(async () => {
  county = await InnerCounty.start({ changes: true });
  await until("the county tells", async () => {
    const answer = await county.fetch(CHANGES);
    await answer.body?.cancel();
    return answer.ok;
  });
});
afterAll(() => county[Symbol.asyncDispose]());

/** An open stream of whoever asks so. */
class Listener {
  heard = "";
  isOver = false;

  constructor({ body }: Response) {
    if (body === null) throw new Error("the stream has no body");
    // Whoever cuts it off has heard enough.
    void this.#read(body).catch(() => {}).finally(() => this.isOver = true);
  }

  async #read(body: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    for await (const text of body.pipeThrough(new TextDecoderStream())) this.heard += text;
  }

  async hears(words: string): Promise<void> {
    await until(`it hears ${words}`, () => this.heard.includes(words));
  }

  /** Resolves once it was told that it is over, and is. */
  async ends(): Promise<void> {
    await until("it has ended", () => this.isOver);
    expect(this.heard).toMatch(/event: ended\ndata: \{\}\n\n$/);
  }

  /** Of the last time that it heard of it. */
  standing(id: string) {
    const told = Array.from(
      this.heard.matchAll(/^data: (.*"id".*)$/gm),
      ([, data]) => standingView.parse(JSON.parse(data)),
    );
    return told.findLast((one) => one.id === id);
  }
}

/** Sends one that passes, after which `listener` has heard of it. */
async function told(listener: Listener, id: string): Promise<void> {
  await county.send(sentPrescription(id));
  await listener.hears(`"id":"${id}"`);
}

describe("X1: who listens is asked for again while the stream is open", () => {
  test("it ends when the token is revoked, and tells nothing more", async () => {
    const { id, token } = await county.program("his", ["read"]);
    const listener = new Listener(await county.fetchAs(token, CHANGES));
    await told(listener, "while-good");
    await county.fetch(`/api/programs/${id}/revoke`, { method: "POST" });
    await county.send(sentPrescription("while-revoked"));
    await listener.ends();
    expect(listener.heard).not.toContain("while-revoked");
  });

  test("it ends when the session does", async () => {
    const li = await PharmacistClient.hire(county, "li");
    const listener = new Listener(await li.ask(CHANGES));
    await told(listener, "while-in");
    await li.ask("/sign-out", undefined, { method: "POST", redirect: "manual" });
    await listener.ends();
  });

  test("it ends when the account is suspended", async () => {
    const wang = await PharmacistClient.hire(county, "wang");
    const listener = new Listener(await wang.ask(CHANGES));
    await told(listener, "while-active");
    const form = new URLSearchParams({ zh: "王", state: "suspended", version: "1" });
    form.set("role", "pharmacist");
    const path = "/people/accounts/wang";
    await county.fetch(path, { method: "POST", body: form, redirect: "manual" });
    await listener.ends();
  });

  test("it goes on for who may still hear it", async () => {
    const { token } = await county.program("other", ["read"]);
    const over = new AbortController();
    const answer = await county.fetchAs(token, CHANGES, { signal: over.signal });
    const listener = new Listener(answer);
    const { id } = await county.program("gone", ["read"]);
    await county.fetch(`/api/programs/${id}/revoke`, { method: "POST" });
    await told(listener, "after");
    expect(listener.isOver).toBe(false);
    over.abort();
  });
});

test("one program listens a few times at most, and keeps nobody else from it", async () => {
  const [one, other] = [
    await county.program("many", ["read"]),
    await county.program("few", ["read"]),
  ];
  const overs = range(1, OF_ONE_MAX + 1).map(() => new AbortController());
  const answers = await Promise.all(
    overs.map(({ signal }) => county.fetchAs(one.token, CHANGES, { signal })),
  );
  const statuses = answers.map(({ status }) => status).sort();
  expect(statuses).toEqual([...range(1, OF_ONE_MAX).map(() => 200), 429]);
  const listener = new AbortController();
  const { signal } = listener;
  expect((await county.fetchAs(other.token, CHANGES, { signal })).status).toBe(200);
  for (const over of overs) over.abort();
  await until("there is room again", async () => {
    return (await county.fetchAs(one.token, CHANGES, { signal })).ok;
  });
  listener.abort();
});

describe("P9: a token is told to who dispenses, and to the HIS that sends", () => {
  test.each<[string, readonly string[], boolean]>([
    ["who only reads", ["read"], false],
    ["who reads and sends", ["read", "prescription.submit"], true],
    ["who reads and sends in FHIR", ["read", "fhir"], true],
  ])("%s", async (name, scopes, isTold) => {
    const { token } = await county.program(name.replaceAll(" ", "-"), scopes);
    const over = new AbortController();
    const listener = new Listener(await county.fetchAs(token, CHANGES, { signal: over.signal }));
    const id = `told-${scopes.join("-")}`;
    await told(listener, id);
    const asked = await county.fetchAs(token, `/api/prescriptions/${id}?site=${SITE}`);
    const view = standingView.parse(await asked.json());
    for (const one of [view, listener.standing(id)]) {
      expect([one?.state, one?.pass]).toEqual(["passed", "pass"]);
      expect(typeof one?.verdict?.token === "string").toBe(isTold);
    }
    over.abort();
  });

  test("no pharmacist, whose page shows where it stands", async () => {
    const zhao = await PharmacistClient.hire(county, "zhao");
    const document = sentPrescription("rescued", { drug: "009", rescue: true });
    expect((await county.send(document)).verdict?.token).not.toBeNull();
    let shown: unknown = null;
    await until("it is taken", async () => {
      const answer = await zhao.ask("/api/reviews/take", {});
      const { held } = heldAnswer.parse(await answer.json());
      shown = held?.shown;
      return held?.claim.id === "rescued";
    });
    const { standing } = z.object({ standing: standingView }).parse(shown);
    expect([standing.state, standing.pass]).toEqual(["rescue", "rescue"]);
    expect(standing.verdict?.token).toBeNull();
  });
});

describe("X5: findings, and what rules saw of the patient, are told to who works on it", () => {
  const role = (name: string) => async (prefix: string) =>
    await PharmacistClient.hire(county, `${prefix}-${name}`, name);
  const scopes = (...scopes: string[]) => async (prefix: string) => {
    const { token } = await county.program(prefix, ["read", ...scopes]);
    return {
      ask: (path: string, _?: object, init?: RequestInit) => county.fetchAs(token, path, init),
    };
  };

  test.each([
    ["seen-1", role("nurse"), false],
    ["seen-2", role("technician"), false],
    ["seen-3", role("audit-administrator"), false],
    ["seen-4", role("pharmacist"), true],
    ["seen-5", role("prescriber"), true],
    ["seen-6", scopes(), false],
    ["seen-7", scopes("prescription.dispense"), false],
    ["seen-8", scopes("prescription.submit"), true],
    ["seen-9", scopes("fhir"), true],
  ])("%s", async (id, hire, isTold) => {
    const asking = await hire(id);
    const over = new AbortController();
    const answer = await asking.ask(CHANGES, undefined, { signal: over.signal });
    const listener = new Listener(answer);
    const { verdict } = await county.send(sentPrescription(id, { drug: "006" }));
    expect(verdict?.findings).toMatchObject([{ rule: expect.stringContaining("know-ibuprofen") }]);
    await listener.hears(`"id":"${id}"`);
    const asked = await asking.ask(`/api/prescriptions/${id}?site=${SITE}`);
    const view = standingView.parse(await asked.json());
    for (const one of [view, listener.standing(id)]) {
      expect([one?.state, one?.verdict?.outcome]).toEqual(["noticed", "notice"]);
      expect(one?.verdict?.findings ?? null).toEqual(isTold ? verdict?.findings : null);
    }
    expect(listener.heard.includes("know-ibuprofen")).toBe(isTold);
    over.abort();
  });
});
