/** People of a node for tests, with a real journal, tables and keys, and a clock of the test. */
import { join } from "node:path";
import type { Stamp } from "../../sync/entry.ts";
import { stampAt, until } from "../../sync/fixtures.ts";
import { entriesOf } from "../../sync/run.ts";
import { firstHash } from "../../sync/chain.ts";
import type { Stream } from "../../sync/stream.ts";
import type { Config } from "../config.ts";
import { TablesDesk } from "../fixture_tables.ts";
import type { Account, AccountWord } from "./account.ts";
import { idAt } from "./account.ts";
import { People, type PeopleNode } from "./people.ts";
import type { RoleName } from "./roles.ts";

export const PASSWORD = "Ab3$-defgh";
/** Who made the first accounts. */
export const OWNER = { account: null, who: "session 00000000 from 127.0.0.1" };

export interface PeopleOptions {
  readonly node: string;
  readonly role: "site" | "county";
  /** The county's nodes, at a county. */
  readonly centres?: readonly string[];
  readonly config?: Partial<Config["people"]>;
}

export class PeopleDesk implements AsyncDisposable {
  readonly options: PeopleOptions;
  readonly tables: TablesDesk;
  nowMs = 0;
  /** What differs from a clock that is right in one long boot. */
  clock: Partial<Stamp> = {};
  #people: People | null = null;
  readonly #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();

  private constructor(options: PeopleOptions, tables: TablesDesk) {
    this.options = options;
    this.tables = tables;
  }

  static async open(options: PeopleOptions): Promise<PeopleDesk> {
    const authorities = options.role === "county" ? options.centres ?? [options.node] : [];
    const tables = await TablesDesk.open({ node: options.node, authorities });
    Deno.mkdirSync(join(tables.folder.path, "keys"));
    const desk = new PeopleDesk(options, tables);
    await desk.reopen();
    return desk;
  }

  get people(): People {
    if (this.#people === null) throw new Error("The desk is closed");
    return this.#people;
  }

  now(): Stamp {
    return { ...stampAt(this.nowMs), ...this.clock };
  }

  /** As after a restart of the process; journal and tables go on. */
  async reopen(): Promise<People> {
    return this.#people = await People.open(this.node(), this.options.centres ?? []);
  }

  /** Lets what a node does by itself run on, until the desk is closed. */
  run(): void {
    this.#running = this.people.run(this.#stop.signal);
  }

  node(members: readonly { node: string; role: "site" | "county" }[] = []): PeopleNode {
    const { node, role, config = {} } = this.options;
    const { journal, tables } = this.tables;
    const people = { localNetworks: [], secondFactor: "remote" as const, ...config };
    return {
      config: { node, role, dataDir: this.tables.folder.path, people },
      clock: { now: () => this.now() },
      disk: journal,
      journal,
      tables,
      registry: {
        list: () => members.map(({ node, role }) => ({ node, member: { role, publicKey: "" } })),
      },
    };
  }

  /** An account with a password, made by the owner. */
  async add(name: string, roles: RoleName[], more: Partial<AccountWord> = {}): Promise<Account> {
    const { desk, argon, place } = this.people;
    const id = idAt(name, place);
    const put = await desk.put(OWNER, id, 0, { ...wordOf(name, roles), ...more });
    if (put.kind !== "done") throw new Error(`The account was refused: ${put.fault}`);
    const secret = await argon.hash(PASSWORD);
    await desk.set({ account: id, what: "password", secret, who: OWNER.who });
    return put.account;
  }

  /** Entries of one of this node's own streams: kind and body. */
  async said(stream: Stream = "audit"): Promise<{ kind: string; body: Record<string, unknown> }[]> {
    const { journal } = this.tables;
    const limits = { entriesMax: 10_000, bytesMax: 1 << 24 };
    const read = await journal.read(journal.origin, stream, 0, limits);
    if (read.kind !== "run") return [];
    return [...entriesOf(read.run, firstHash(), journal.hashName)].map(({ kind, body }) => ({
      kind,
      body: JSON.parse(new TextDecoder().decode(body)),
    }));
  }

  /** What was said of one kind. */
  async saidOf(kind: string, stream?: Stream): Promise<Record<string, unknown>[]> {
    return (await this.said(stream)).filter((one) => one.kind === kind).map(({ body }) => body);
  }

  /** Waits until this node has told its sealing key. */
  async keyTold(): Promise<void> {
    await until("the key is told", async () => (await this.saidOf("sealing-key")).length > 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await this.tables[Symbol.asyncDispose]();
  }
}

export function wordOf(name: string, roles: RoleName[]): AccountWord {
  return { name: { zh: name, en: name }, roles, state: "active", sites: [], validUntilMs: null };
}
