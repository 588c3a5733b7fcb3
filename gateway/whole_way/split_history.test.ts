import { expect, test } from "vitest";
import * as z from "zod";
import { until } from "../../sync/fixtures.ts";
import type { NodeProcess } from "../fixtures.ts";
import { type Drug, sentPrescription } from "../prescription/fixture_sources.ts";
import { type Unheard, unheard } from "../prescription/life/verdict_body.ts";
import { PharmacistClient, waiting } from "../prescription/review/fixture_pharmacist.ts";
import { type StandingView, standingView } from "../prescription/standing_view.ts";
import { TwoCentres } from "./two_centres.ts";

const SITE = "site-1";
/** Whom a person lets pass at one centre, while the other has what the patient got before. */
const PERSONS: readonly (readonly [id: string, patient: string, drugs: readonly Drug[]])[] = [
  ["person-1", "asked", ["009"]],
  ["person-2", "seen", ["009", "001"]],
];

const LIMIT_MS = 240_000;

/** With a line for each drug. */
async function send(at: NodeProcess, id: string, patient: string, ...drugs: readonly Drug[]) {
  const path = `/api/prescriptions?site=${SITE}`;
  const [first = "001", ...others] = drugs;
  const sent = sentPrescription(id, { drug: first, patient });
  const more = others.flatMap((drug) => sentPrescription(id, { drug, patient }).lines);
  const body = JSON.stringify({ ...sent, lines: [...sent.lines, ...more] });
  const headers = { "content-type": "application/json" };
  const answer = await at.fetch(path, { method: "POST", body, headers });
  expect(answer.status).toBe(201);
  return z.looseObject({ outcome: z.string(), token: z.string().nullable() })
    .parse(await answer.json());
}

async function standing(at: NodeProcess, id: string): Promise<StandingView> {
  return standingView.parse(await at.ask(`/api/prescriptions/${id}?site=${SITE}`));
}

/** States and looks of the rules, as `STATE: MODE OUTCOME, …`. */
async function told(at: NodeProcess, id: string): Promise<string> {
  const { state, sides } = await standing(at, id);
  const looks = sides.filter(({ mode }) => mode !== null)
    .map(({ mode, choice }) => `${mode} ${choice}`);
  return `${state}: ${looks.sort().join(", ")}`;
}

const entry = z.looseObject({
  kind: z.string(),
  body: z.looseObject({
    prescription: z.unknown(),
    mode: z.string().optional(),
    unheard: z.array(unheard).optional(),
  }),
});

/** What verdicts of a node say that was not heard, and how they were made, by prescription. */
async function verdicts(at: NodeProcess): Promise<Map<string, [string, Unheard[]][]>> {
  const found = new Map<string, [string, Unheard[]][]>();
  for (const { origin, stream } of await at.positions()) {
    if (stream !== `to:${SITE}`) continue;
    const query = new URLSearchParams({ origin, stream, limit: "1000" });
    const page = await (await at.fetch(`/api/entries?${query}`)).text();
    for (const line of page.split("\n").filter((text) => text.includes('"kind":"verdict"'))) {
      const { body: { prescription, mode = "", unheard = [] } } = entry.parse(JSON.parse(line));
      const id = String(prescription);
      found.set(id, [...found.get(id) ?? [], [mode, unheard]]);
    }
  }
  return found;
}

/** Whether a verdict of now says that the other centre was not heard. */
async function missesOther(at: NodeProcess): Promise<boolean> {
  const id = `probe-${crypto.randomUUID()}`;
  await send(at, id, id, "006");
  const [[, missed]] = (await verdicts(at)).get(id) ?? [["", []]];
  return missed.length > 0;
}

test(
  "P11 P12: what was passed without the other centre's history says so, and is reviewed again with it",
  async () => {
    await using two = await TwoCentres.start(SITE, ["b-1"]);
    const [a, b] = two.centres;
    const person = await PharmacistClient.hire(b, "b-1");
    await until(
      "both hear each other",
      async () => !await missesOther(a) && !await missesOther(b),
    );
    await two.part();

    for (const n of ["kept", "left", "asked", "seen"]) await send(a, `first-${n}`, n);
    expect((await send(b, "second-kept", "kept")).outcome).toBe("pass");
    const { token } = await send(b, "second-left", "left");
    const goods = await b.fetch(`/api/prescriptions/second-left/dispense?site=${SITE}`, {
      method: "POST",
      body: JSON.stringify({ version: 1, token, by: { id: "w" } }),
      headers: { "content-type": "application/json", "idempotency-key": "d-left" },
    });
    expect(goods.status).toBe(201);
    await send(b, "lone", "lone");
    // Of one a person has seen all that there is, of the other all that was heard.
    for (const [id, patient, drugs] of PERSONS) {
      await send(b, id, patient, ...drugs);
      await until("it waits", async () => await waiting(b) === 1);
      const held = await person.take();
      expect(held?.shown).toMatchObject({
        unheard: [{ node: "county-a", until: expect.any(String) }],
      });
      if (held !== null) expect((await person.decide(held, "approve")).status).toBe(201);
    }

    const place = { origin: expect.stringMatching(/^county-a\./), stream: `to:${SITE}` };
    const marked = [{ node: "county-a", untilMs: expect.any(Number), place }];
    for (const id of ["second-kept", "second-left", "lone", "person-1", "person-2"]) {
      expect((await verdicts(b)).get(id)).toMatchObject([["county", marked]]);
    }
    await two.join();

    const expected = {
      "first-kept": "passed: after-split pass, county pass",
      "second-kept": "queued: after-split pharmacist, county pass",
      "second-left": "queued: after-split pharmacist, county pass",
      "lone": "passed: after-split pass, county pass",
      "person-1": "approved: after-split pharmacist, county pharmacist",
      "person-2": "queued: after-split pharmacist, county pharmacist",
    };
    for (const node of [a, b]) {
      for (const [id, words] of Object.entries(expected)) {
        await until(
          `${node.name} has ${id}`,
          async () => await told(node, id).catch(() => "") === words,
          60_000,
        ).catch(async () => expect([id, await told(node, id)]).toEqual([id, words]));
      }
      await until(
        "a case is open",
        async () => (await standing(node, "second-left")).openCases === 1,
      );
      expect(await standing(node, "second-kept")).toMatchObject({ pass: null, openCases: 0 });
      const modes = [...await verdicts(node)].map(([id, all]) => [id, all.map(([mode]) => mode)]);
      // One centre, the site's home, has looked, and once.
      expect(Object.fromEntries(modes)).toMatchObject({
        "second-kept": ["county", "after-split"].sort().reverse(),
        "person-2": ["county", "after-split"].sort().reverse(),
      });
      expect(await standing(node, "person-2")).toMatchObject({ pass: null, openCases: 0 });
    }

    // A way that answers, and on which nothing comes any more.
    await two.cutToSecond();
    await send(a, "first-mute", "mute");
    await until("nothing is heard on it", async () => await missesOther(b), 60_000);
    expect((await send(b, "second-mute", "mute")).outcome).toBe("pass");
    await two.join();
    await until(
      "it is examined with what had not come",
      async () => await told(b, "second-mute") === "queued: after-split pharmacist, county pass",
      60_000,
    );

    // Of a centre that is lost nothing more is waited for, until it is back.
    await b.kill("SIGKILL");
    await until("it is missed", async () => await missesOther(a));
    const say = async (word: string) =>
      expect(await a.run("centre", word, "county-b", "--reason", "fire")).toMatchObject({
        code: 0,
      });
    await say("lost");
    await until("it is waited for no more", async () => !await missesOther(a));
    expect(await a.page("/", "zh")).toContain("宣布失效");
    await say("returned");
    await until("it is missed again", async () => await missesOther(a));
    await b.start();
    await until("it is heard again", async () => !await missesOther(a), 60_000);
  },
  LIMIT_MS,
);
