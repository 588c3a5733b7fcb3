/** Pharmacists for tests: real accounts of a node, signed in, who use the queue over its API. */
import * as z from "zod";

export const PASSWORD = "Ab3$-defgh";
const created = z.object({ setupUrl: z.string() });

export const heldAnswer = z.object({
  held: z.object({
    claim: z.object({ site: z.string(), id: z.string(), fence: z.int(), store: z.string() }),
    version: z.int(),
    purpose: z.string(),
    over: z.array(z.string()),
    shown: z.looseObject({ verdict: z.looseObject({ id: z.string() }).nullable() }),
  }).nullable(),
});
export type HeldAnswer = NonNullable<z.infer<typeof heldAnswer>["held"]>;

/** What a node is for whoever signs in there. */
export interface Door {
  readonly url: string;
  /** As the local command asks. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
}

const summary = z.object({ workload: z.object({ waiting: z.int() }) });

/** How many prescriptions a node offers to pharmacists. */
export async function waiting(node: { ask(path: string): Promise<unknown> }): Promise<number> {
  return summary.parse(await node.ask("/api/reviews")).workload.waiting;
}

export class PharmacistClient {
  readonly #door: Door;
  /** Of the session, as a browser sends it. */
  readonly cookie: string;
  readonly account: string;

  private constructor(door: Door, account: string, cookie: string) {
    this.#door = door;
    this.account = account;
    this.cookie = cookie;
  }

  /** Makes the account, sets its password and signs in; at a site it is the site's own. */
  static async hire(door: Door, account: string, role = "pharmacist"): Promise<PharmacistClient> {
    const name = { zh: `药师${account}`, en: `Pharmacist ${account}` };
    const made = await door.fetch("/api/accounts", {
      method: "POST",
      body: JSON.stringify({ account, name, roles: [role], sites: [] }),
      headers: { "content-type": "application/json" },
    });
    const { setupUrl } = created.parse(await made.json());
    const fields = { password: PASSWORD, again: PASSWORD, code: "", secret: "" };
    await post(door, new URL(setupUrl).pathname, fields);
    return await PharmacistClient.signIn(door, account);
  }

  /** Where the node knows the account. */
  static async signIn(door: Door, account: string): Promise<PharmacistClient> {
    const answer = await post(door, "/sign-in", { name: account, password: PASSWORD, to: "/" });
    const [cookie] = answer.headers.getSetCookie();
    if (answer.status !== 303 || cookie === undefined) throw new Error(`${account} cannot sign in`);
    return new PharmacistClient(door, account, cookie.split(";")[0]);
  }

  /** As its browser asks. */
  ask(path: string, body?: object, init: RequestInit = {}): Promise<Response> {
    return fetch(`${this.#door.url}${path}`, {
      ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
      ...init,
      headers: { cookie: this.cookie, "content-type": "application/json" },
    });
  }

  /** Opens the stream of a workbench; `answers`: whether it gives the signs of life asked for. */
  async follow({ answers = true } = {}): Promise<OpenBench> {
    return new OpenBench(this, await this.ask("/api/reviews/stream"), answers);
  }

  async take(): Promise<HeldAnswer | null> {
    const answer = await this.ask("/api/reviews/take", {});
    if (!answer.ok) throw new Error(`${this.account} cannot take: ${await answer.text()}`);
    return heldAnswer.parse(await answer.json()).held;
  }

  /** Decides what is held; its status, and where the prescription stands then. */
  async decide(held: HeldAnswer, decision: string, comment?: string) {
    const { claim, shown: { verdict } } = held;
    const asked = { ...claim, decision, verdict: verdict?.id ?? null };
    const body = comment === undefined ? asked : { ...asked, comment };
    const answer = await this.ask("/api/reviews/decide", body);
    const told = z.looseObject({ state: z.string().optional(), type: z.string().optional() })
      .parse(await answer.json());
    const problem = told.type?.replace("urn:tributary:problem:", "") ?? null;
    return { status: answer.status, state: told.state ?? null, problem };
  }

  async post(path: string, body: object = {}): Promise<number> {
    const answer = await this.ask(path, body);
    await answer.body?.cancel();
    return answer.status;
  }
}

const asked = z.object({ stream: z.string(), beat: z.int() });

/** An open stream as a workbench's script reads it. */
export class OpenBench implements AsyncDisposable {
  readonly #reader: ReadableStreamDefaultReader<string>;
  /** The last sign of life that it asked for. */
  beat: z.infer<typeof asked> | null = null;
  /** How many of them the node has taken. */
  taken = 0;
  /** Whether the connection is over, by either side. */
  isOver = false;

  constructor(client: PharmacistClient, { body }: Response, answers: boolean) {
    if (body === null) throw new Error("the stream has no body");
    this.#reader = body.pipeThrough(new TextDecoderStream()).getReader();
    void this.#read(client, answers).catch(() => {}).finally(() => this.isOver = true);
  }

  async #read(client: PharmacistClient, answers: boolean): Promise<void> {
    let text = "";
    for (;;) {
      const { done, value } = await this.#reader.read();
      if (done) return;
      const events = (text + value).split("\n\n");
      text = events.pop() ?? "";
      for (const event of events) {
        const data = /^event: beat\ndata: (.*)$/.exec(event)?.[1];
        if (data === undefined) continue;
        this.beat = asked.parse(JSON.parse(data));
        if (answers) void this.#answer(client, this.beat);
      }
    }
  }

  async #answer(client: PharmacistClient, beat: object): Promise<void> {
    const status = await client.post("/api/reviews/present", beat).catch(() => 0);
    if (status === 200) this.taken++;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader.cancel().catch(() => {});
  }
}

async function post(door: Door, path: string, fields: Record<string, string>): Promise<Response> {
  const answer = await fetch(`${door.url}${path}`, {
    method: "POST",
    redirect: "manual",
    body: new URLSearchParams(fields),
  });
  await answer.body?.cancel();
  return answer;
}
