import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import * as z from "zod";
import { range, until } from "../../sync/fixtures.ts";
import { dayText } from "../china_calendar.ts";
import type { NodeProcess } from "../fixtures.ts";
import { dayReportAnswer, sameKeysAnswer } from "../prescription/office/office_answers.ts";
import { PharmacistClient } from "../prescription/review/fixture_pharmacist.ts";
import { type Drug, sentPrescription } from "../prescription/fixture_sources.ts";
import { type StandingView, standingView } from "../prescription/standing_view.ts";
import { TwoCentres } from "./two_centres.ts";

/** Prescriptions that pharmacists of both centres decide; 5,000 in the long trial. */
const COUNT = Number(Deno.env.get("TRIBUTARY_SPLIT") ?? 60);
const PHARMACISTS = 3;
const SITE = "site-1";
const LIMIT_MS = 60_000 + COUNT * 200;

/** Accounts of a centre's pharmacists. */
const namesOf = (centre: string) => range(1, PHARMACISTS).map((n) => `${centre}-${n}`);

type Choice = "approve" | "ask" | "refuse";
/** Loosest first. */
const CHOICES: readonly Choice[] = ["approve", "ask", "refuse"];
const STATES = { approve: "approved", ask: "asked", refuse: "refused" } as const;

/** What was said and done, as those who did it know: nothing here is read from the product. */
interface Fate {
  readonly said: Map<string, Choice>;
  /** The centre on whose token it was dispensed. */
  dispensedAt: string | null;
}

const summary = z.object({ workload: z.object({ waiting: z.int() }) });

class Split implements AsyncDisposable {
  readonly #opened = new AsyncDisposableStack();
  readonly fates = new Map<string, Fate>();
  readonly #two: TwoCentres;
  #people = new Map<NodeProcess, PharmacistClient[]>();
  isCut = false;
  /** As they were sent first: what is sent again, at the other centre, is the same. */
  readonly #documents = new Map<string, string>();

  private constructor(opened: AsyncDisposableStack, two: TwoCentres) {
    this.#opened.use(opened);
    this.#two = two;
  }

  get centres(): TwoCentres["centres"] {
    return this.#two.centres;
  }

  static async start(): Promise<Split> {
    await using opened = new AsyncDisposableStack();
    const pharmacists = ["a", "b"].flatMap(namesOf);
    const two = opened.use(await TwoCentres.start(SITE, pharmacists));
    const split = new Split(opened.move(), two);
    await split.#hire();
    return split;
  }

  /** Accounts are the county's: each is made at one centre, and works at the other. */
  async #hire(): Promise<void> {
    const [a, b] = this.centres;
    const ofA = await Promise.all(namesOf("a").map((name) => PharmacistClient.hire(a, name)));
    for (const name of namesOf("b")) await PharmacistClient.hire(a, name);
    const known = z.array(z.object({ id: z.string(), hasPassword: z.boolean() }));
    await until("the other centre knows them", async () => {
      const accounts = known.parse(await b.ask("/api/accounts"));
      return namesOf("b").every((name) =>
        accounts.some(({ id, hasPassword }) => id === name && hasPassword)
      );
    });
    const ofB = await Promise.all(namesOf("b").map((name) => PharmacistClient.signIn(b, name)));
    this.#people = new Map([[a, ofA], [b, ofB]]);
  }

  async cut(): Promise<void> {
    await this.#two.cut();
    this.isCut = true;
  }

  join(): Promise<void> {
    return this.#two.join();
  }

  async send(at: NodeProcess, id: string, drug: Drug, patient = id): Promise<void> {
    const body = this.#documents.get(id) ?? JSON.stringify(sentPrescription(id, { drug, patient }));
    this.#documents.set(id, body);
    const headers = { "content-type": "application/json" };
    const path = `/api/prescriptions?site=${SITE}`;
    const answer = await at.fetch(path, { method: "POST", body, headers });
    await answer.body?.cancel();
    expect([200, 201]).toContain(answer.status);
    if (!this.fates.has(id)) this.fates.set(id, { said: new Map(), dispensedAt: null });
  }

  /** Under one key for all of them; resolves with the answer's status. */
  async sendUnderKey(at: NodeProcess, id: string): Promise<number> {
    const body = this.#documents.get(id) ?? JSON.stringify(sentPrescription(id, { patient: id }));
    this.#documents.set(id, body);
    const headers = { "content-type": "application/json", "idempotency-key": "one-key" };
    const path = `/api/prescriptions?site=${SITE}`;
    const answer = await at.fetch(path, { method: "POST", body, headers });
    await answer.body?.cancel();
    return answer.status;
  }

  /** Of yesterday and today: midnight may have passed. */
  async reported(node: NodeProcess): Promise<z.infer<typeof dayReportAnswer>> {
    const day = dayText(Date.now() - 86_400_000);
    return dayReportAnswer.parse(await node.ask(`/api/reports/day?day=${day}&days=2`));
  }

  async waiting(node: NodeProcess): Promise<number> {
    return summary.parse(await node.ask("/api/reviews")).workload.waiting;
  }

  /** Decides by its plan until nothing waits; `each` is told of every decision. */
  async decideAll(node: NodeProcess, each: () => Promise<void>): Promise<void> {
    await Promise.all((this.#people.get(node) ?? []).map(async (pharmacist) => {
      for (;;) {
        const held = await pharmacist.take();
        if (held === null) {
          if (await this.waiting(node) === 0) return;
          continue;
        }
        const { id } = held.claim;
        const choice = planned(node.name, id);
        const { status } = await pharmacist.decide(held, choice, "看过");
        expect([201, 409]).toContain(status);
        if (status === 201) this.#fate(id).said.set(node.name, choice);
        if (status === 201 && this.isCut) await this.#maybeDispense(node, id);
        await each();
      }
    }));
  }

  /** A part of what may be is dispensed, each on the token of the centre that it was told by. */
  async #maybeDispense(node: NodeProcess, id: string): Promise<void> {
    if (choiceOf(`dispense ${id}`, ["yes", "no"]) === "no") return;
    await this.dispense(node, id);
  }

  async dispense(node: NodeProcess, id: string): Promise<void> {
    const fate = this.#fate(id);
    if (fate.dispensedAt !== null) return;
    const { pass, verdict } = await this.standing(node, id);
    if (pass === null || verdict === null) return;
    // Nobody else may begin meanwhile: one pharmacy has the patient before it.
    fate.dispensedAt = node.name;
    const answer = await node.fetch(`/api/prescriptions/${id}/dispense?site=${SITE}`, {
      method: "POST",
      body: JSON.stringify({ version: 1, token: verdict.token, by: { id: "w" } }),
      headers: { "content-type": "application/json", "idempotency-key": `d-${id}` },
    });
    await answer.body?.cancel();
    if (answer.status === 409) {
      // What the other centre had said before the line was cut came between.
      expect((await this.standing(node, id)).pass).toBeNull();
      fate.dispensedAt = null;
      return;
    }
    expect(answer.status).toBe(201);
  }

  async standing(node: NodeProcess, id: string): Promise<StandingView> {
    return standingView.parse(await node.ask(`/api/prescriptions/${id}?site=${SITE}`));
  }

  #fate(id: string): Fate {
    const fate = this.fates.get(id);
    if (fate === undefined) throw new Error(`Nobody sent "${id}"`);
    return fate;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened.disposeAsync();
  }
}

/** By a hash, so that both centres' plans differ and a run can be repeated. */
function choiceOf<T>(text: string, choices: readonly T[]): T {
  return choices[createHash("sha256").update(text).digest()[0] % choices.length];
}

function planned(centre: string, id: string): Choice {
  return id.startsWith("twin-") ? "refuse" : choiceOf(`${centre} ${id}`, CHOICES);
}

interface Expected {
  readonly state: string;
  readonly isCalled: boolean;
  /** By whom, and what became of that. */
  readonly roles: readonly string[];
}

/** P11, told once more and by itself: the strictest stands; goods that left stay a fact. */
function expectedOf({ said, dispensedAt }: Fate): Expected {
  const strictness = (choice: Choice) => CHOICES.indexOf(choice);
  const strictest = [...said.values()].sort((x, y) => strictness(y) - strictness(x))[0];
  // Dispensed by rules where its centre's pharmacists said nothing.
  const used = dispensedAt === null ? null : said.get(dispensedAt) ?? "approve";
  const isCalled = used !== null && strictness(strictest) > strictness(used);
  const roles = [...said].map(([centre, choice]) => {
    const own = `${centre} ${choice}`;
    if (choice === strictest) return `${own} ${isCalled ? "late" : "stands"}`;
    return `${own} ${isCalled && centre === dispensedAt ? "dispensed" : "lost"}`;
  });
  return { state: STATES[strictest], isCalled, roles: roles.sort() };
}

function foundOf({ state, sides, openCases }: StandingView): Expected {
  const roles = sides.filter(({ person }) => person !== null)
    .map(({ node, choice, role }) => `${node} ${choice} ${role}`);
  return { state, isCalled: openCases > 0, roles: roles.sort() };
}

test("P3 P8 P11 T2: what two centres decide apart is one decision once it heals", async () => {
  await using split = await Split.start();
  const [a, b] = split.centres;
  const ids = range(1, COUNT).map((n) => `rx-${n}`);
  for (const [n, id] of ids.entries()) await split.send(n % 2 === 0 ? a : b, id, "009");
  for (const node of [a, b]) {
    await until(
      `${node.name} offers all`,
      async () => await split.waiting(node) === COUNT,
      LIMIT_MS,
    );
  }
  let decisions = 0;
  const cutting = Promise.withResolvers<void>();
  const counted = () => {
    if (++decisions === Math.ceil(COUNT / 3)) split.cut().then(cutting.resolve, cutting.reject);
    return Promise.resolve();
  };
  await Promise.all([split.decideAll(a, counted), split.decideAll(b, counted)]);
  await cutting.promise;
  const before = decisions;
  expect(before).toBeGreaterThan(COUNT);

  // One centre knows what the patient has, the other does not: there the rules let it pass.
  const patients = range(1, Math.max(6, COUNT / 50));
  for (const n of patients) await split.send(a, `first-${n}`, "001", `patient-${n}`);
  for (const n of patients) {
    await split.send(b, `twin-${n}`, "001", `patient-${n}`);
    await split.send(a, `twin-${n}`, "001", `patient-${n}`);
    if (n % 2 === 0) await split.dispense(b, `twin-${n}`);
  }
  await until("they wait", async () => await split.waiting(a) === patients.length);
  await split.decideAll(a, counted);
  for (const [n, node] of [a, b].entries()) {
    expect(await split.sendUnderKey(node, `key-${n}`)).toBe(201);
  }

  await split.join();
  const told = [...split.fates].filter(([, { said }]) => said.size > 0);
  expect(told).toHaveLength(COUNT + patients.length);
  const classes = new Map<string, number>();
  for (const node of [a, b]) {
    for (const [id, fate] of told) {
      const expected = expectedOf(fate);
      const found = async () => foundOf(await split.standing(node, id));
      await until(
        `${node.name} has all of ${id}`,
        async () => JSON.stringify(await found()) === JSON.stringify(expected),
        LIMIT_MS,
      ).catch(async () =>
        expect([node.name, id, await found()]).toEqual([node.name, id, expected])
      );
      const name = [...fate.said].map(([centre, choice]) => `${centre} ${choice}`).sort();
      const goods = fate.dispensedAt === null ? "not dispensed" : `on ${fate.dispensedAt}'s`;
      const call = expected.isCalled ? "call" : "no call";
      const row = `${name.join(", ")}; ${goods}: ${expected.state}, ${call}`;
      classes.set(row, (classes.get(row) ?? 0) + 1);
    }
  }
  for (const node of [a, b]) {
    await until(`${node.name} counts each once`, async () => {
      const { verdicts, waits } = await split.reported(node);
      return verdicts === split.fates.size + 2 && waits.decided === told.length;
    }).catch(async () =>
      expect(await split.reported(node)).toMatchObject({
        verdicts: split.fates.size + 2,
        waits: { decided: told.length },
      })
    );
    await until(
      `${node.name} tells of one key`,
      async () =>
        (await split.standing(node, "key-1")).verdict?.marks.some(({ code }) =>
          code === "same-key"
        ) === true,
    );
    // Either has its answer again, a third one under their key is refused (T2).
    const sent = ["key-0", "key-1", "key-2"].map((id) => split.sendUnderKey(node, id));
    expect(await Promise.all(sent)).toEqual([200, 200, 409]);
  }
  const [pair, ...more] = sameKeysAnswer.parse(await a.ask("/api/same-keys"));
  expect([pair.prescription, pair.first.prescription, more]).toEqual(["key-1", "key-0", []]);
  await a.ask(`/api/same-keys/${pair.id}/seen`, { comment: "两张都要" });
  await until(
    "nobody asks any more",
    async () => sameKeysAnswer.parse(await b.ask("/api/same-keys")).length === 0,
  );
  const listed = [...classes].sort().map(([row, count]) => `${count / 2} × ${row}`);
  if (Deno.env.has("TRIBUTARY_SPLIT")) {
    Deno.stdout.writeSync(new TextEncoder().encode(`${listed.join("\n")}\n`));
  }
  // It was a trial of what it is for: both decided, differently, and goods had left on the looser.
  const both = told.filter(([, { said }]) => said.size === 2);
  expect(both.length).toBeGreaterThan(COUNT / 4);
  expect(told.some(([, fate]) => expectedOf(fate).isCalled)).toBe(true);
}, LIMIT_MS * 4);
