/** A county in this process that takes prescriptions of one site, for tests of its desk. */
import { join } from "node:path";
import { stringify } from "yaml";
import * as z from "zod";
import { freePort } from "../../drivers/fixtures.ts";
import { TemporaryFolder } from "../../sync/fixtures.ts";
import { NodeKey } from "../../sync/identity.ts";
import { parseConfig } from "../config_file.ts";
import { InnerNode } from "../fixture_inner_node.ts";
import { reviewConfig } from "./fixture_sources.ts";
import { verdictView } from "./reviewed.ts";
import { type StandingView, standingView } from "./standing_view.ts";

export const SITE = "site-017";

const entry = z.object({
  stream: z.string(),
  kind: z.string(),
  body: z.record(z.string(), z.unknown()),
}).loose();
export type Told = z.infer<typeof entry>;

const programMade = z.object({ id: z.string(), token: z.string() });

interface InnerMore {
  /** Of its packs. */
  readonly signer?: NodeKey;
  /** As its configuration has it. */
  readonly store?: object;
}

export class InnerCounty implements AsyncDisposable {
  readonly #folder = new TemporaryFolder();
  readonly #port = freePort();
  readonly #section: object;
  readonly #more: object;
  #node: InnerNode | null = null;

  private constructor(section: object, { signer = NodeKey.create(), ...more }: InnerMore) {
    this.#more = more;
    this.#section = { ...reviewConfig(this.#folder.path, SITE, { signer }), ...section };
  }

  /** `section` is what its prescriptions have beside {@link reviewConfig}, `more` the rest. */
  static async start(section: object = {}, more: InnerMore = {}): Promise<InnerCounty> {
    const county = new InnerCounty(section, more);
    await county.#start();
    return county;
  }

  get #dataDir(): string {
    return join(this.#folder.path, "county-a");
  }

  async #start(): Promise<void> {
    const title = { zh: "甲", en: "A" };
    const config = parseConfig(stringify({
      role: "county",
      node: "county-a",
      title,
      dataDir: this.#dataDir,
      http: { port: this.#port },
      prescription: this.#section,
      ...this.#more,
    }));
    this.#node = await InnerNode.start(config);
  }

  async restart(): Promise<void> {
    await this.#end();
    await this.#start();
  }

  async #end(): Promise<void> {
    await this.#node?.[Symbol.asyncDispose]();
    this.#node = null;
  }

  get #running(): InnerNode {
    if (this.#node === null) throw new Error("The county does not run");
    return this.#node;
  }

  get url(): string {
    return this.#running.url;
  }

  /** As the local command asks. */
  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    return this.#running.fetch(path, init);
  }

  /** As a program with this token asks. */
  fetchAs(token: string, path: string, init: RequestInit = {}): Promise<Response> {
    return this.#running.fetchAs(token, path, init);
  }

  /** A program that was given a token. */
  async program(
    name: string,
    scopes: readonly string[],
    sites: "all" | readonly string[] = [SITE],
  ): Promise<z.infer<typeof programMade>> {
    const body = JSON.stringify({ name, scopes, sites });
    const answer = await this.fetch("/api/programs", { method: "POST", body });
    return programMade.parse(await answer.json());
  }

  /** Sends a prescription as a HIS does, of {@link SITE} unless the query says otherwise. */
  async send(prescription: object, { key, query = `?site=${SITE}` }: {
    readonly key?: string;
    readonly query?: string;
  } = {}) {
    const answer = await this.fetch(`/api/prescriptions${query}`, {
      method: "POST",
      body: JSON.stringify(prescription),
      headers: {
        "content-type": "application/json",
        ...(key === undefined ? {} : { "idempotency-key": key }),
      },
    });
    const body: unknown = await answer.json();
    const verdict = verdictView.safeParse(body);
    const problem = z.object({ type: z.string() }).loose().safeParse(body).data;
    return {
      status: answer.status,
      retryAfter: answer.headers.get("retry-after"),
      verdict: verdict.success ? verdict.data : null,
      problem: problem?.type.replace("urn:tributary:problem:", "") ?? null,
    };
  }

  /** Tells of a prescription of {@link SITE} what a pharmacy or a prescriber does. */
  async tell(
    id: string,
    what: "dispense" | "return" | "answer" | "void",
    body: object,
    key?: string,
  ) {
    const answer = await this.fetch(`/api/prescriptions/${id}/${what}?site=${SITE}`, {
      method: "POST",
      body: JSON.stringify(body),
      headers: key === undefined ? {} : { "idempotency-key": key },
    });
    const told = z.object({ part: z.int().optional(), type: z.string().optional() }).loose()
      .parse(await answer.json());
    const problem = told.type?.replace("urn:tributary:problem:", "") ?? null;
    return { status: answer.status, part: told.part ?? null, problem };
  }

  /** Where a prescription of {@link SITE} stands. */
  async standing(id: string): Promise<StandingView> {
    const answer = await this.fetch(`/api/prescriptions/${id}?site=${SITE}`);
    return standingView.parse(await answer.json());
  }

  /** All entries of one kind. */
  async told(kind: string): Promise<Told[]> {
    const positions = z.array(z.object({ origin: z.string(), stream: z.string() }))
      .parse(await (await this.fetch("/api/positions")).json());
    const pages = await Promise.all(positions.map(async ({ origin, stream }) => {
      const query = new URLSearchParams({ origin, stream, limit: "10000" });
      return await (await this.fetch(`/api/entries?${query}`)).text();
    }));
    return pages.flatMap((page) => page.split("\n").filter((line) => line !== ""))
      .map((line) => entry.parse(JSON.parse(line)))
      .filter((one) => one.kind === kind);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end();
    this.#folder[Symbol.dispose]();
  }
}
