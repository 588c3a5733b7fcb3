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

export class PharmacistClient {
  readonly #door: Door;
  readonly #cookie: string;
  readonly account: string;

  private constructor(door: Door, account: string, cookie: string) {
    this.#door = door;
    this.account = account;
    this.#cookie = cookie;
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
      headers: { cookie: this.#cookie, "content-type": "application/json" },
    });
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

async function post(door: Door, path: string, fields: Record<string, string>): Promise<Response> {
  const answer = await fetch(`${door.url}${path}`, {
    method: "POST",
    redirect: "manual",
    body: new URLSearchParams(fields),
  });
  await answer.body?.cancel();
  return answer;
}
