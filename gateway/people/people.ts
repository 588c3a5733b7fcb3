/** All that a node knows of people: opened with it, and asked by console and API. */
import { pause } from "../../sync/timer.ts";
import type { Admission } from "../admission.ts";
import type { Clock } from "../clock.ts";
import type { Config } from "../config.ts";
import type { Node } from "../node.ts";
import { Sessions, type SessionView, tokenHash } from "../sessions.ts";
import type { Account, Place } from "./account.ts";
import { AccountBook } from "./account_book.ts";
import { AccountDesk, auditOf, type DeskParts } from "./account_desk.ts";
import { type Actor, nobody, owner, person, program } from "./actor.ts";
import { Argon } from "./argon.ts";
import { tellSites } from "./county_word.ts";
import { LockBook } from "./lock_book.ts";
import { newEntry } from "../collected_entry.ts";
import * as kinds from "./people_entries.ts";
import type { Right } from "./roles.ts";
import { SealingKey } from "./sealing.ts";
import { SignIn } from "./sign_in.ts";
import { openPinKey, Vault } from "./vault.ts";

/** How often it is looked at most whether sites have to be told something. */
const TELL_MS = 500;

/** What of a node people need. */
export interface PeopleNode extends Pick<Node, "journal" | "tables"> {
  readonly config: Pick<Config, "node" | "role" | "dataDir" | "people">;
  readonly clock: Pick<Clock, "now">;
  readonly disk: Pick<Admission, "append">;
  readonly registry: {
    list(): readonly { readonly node: string; readonly member: { readonly role: string } }[];
  };
}

export class People {
  readonly place: Place;
  readonly book: AccountBook;
  readonly desk: AccountDesk;
  readonly vault: Vault;
  readonly argon = new Argon();
  readonly locks: LockBook;
  readonly sessions: Sessions;
  readonly signIn: SignIn;
  readonly pinKey: Uint8Array<ArrayBuffer>;
  readonly #node: PeopleNode;
  readonly #parts: DeskParts;
  /** For what sites were told last: nothing has to be looked for until that changes. */
  #told = "";

  private constructor(node: PeopleNode, key: SealingKey, centres: readonly string[]) {
    const { config, clock, tables, journal, disk } = node;
    const now = () => clock.now();
    this.#node = node;
    this.place = { node: config.node, role: config.role };
    this.book = new AccountBook(tables, this.place);
    this.vault = new Vault(tables, key, config.node);
    const { book, vault } = this;
    this.#parts = { journal, admission: disk, tables, clock, book, vault, centres };
    this.desk = new AccountDesk(this.#parts);
    this.locks = new LockBook(config.dataDir, now);
    this.sessions = new Sessions(config.dataDir, now, () => book.isManaged);
    this.pinKey = openPinKey(config.dataDir);
    this.signIn = new SignIn({ ...this, clock, config: config.people });
  }

  /**
   * Knows at once what the tables know; the key is told in {@link run}. `centres`: names of the
   * county's, where this is one.
   */
  static async open(node: PeopleNode, centres: readonly string[]): Promise<People> {
    const people = new People(node, await SealingKey.open(node.config.dataDir), centres);
    await people.book.refresh();
    return people;
  }

  /** Follows the tables until the signal; at a county it tells the sites what they need. */
  async run(signal: AbortSignal): Promise<void> {
    const { tables, journal } = this.#node;
    await tables.caughtUp(auditOf(journal), signal);
    if (signal.aborted) return;
    await this.#tellKey();
    for await (const _ of tables.changes(signal)) {
      await this.#follow();
      await pause(TELL_MS, signal);
    }
  }

  async #follow(): Promise<void> {
    const { registry, config } = this.#node;
    await this.book.refresh();
    if (config.role !== "county") return;
    const sites = registry.list().filter(({ member }) => member.role === "site")
      .map(({ node }) => node);
    const told = JSON.stringify([this.book.changes, sites]);
    if (told === this.#told) return;
    await tellSites(this.#parts, sites);
    this.#told = told;
  }

  /** Others seal for this key; said once for a key, and anew by a box that has another. */
  async #tellKey(): Promise<void> {
    const { tables, disk, clock, config } = this.#node;
    const key = this.vault.publicKey;
    const [known] = await tables.rows("SELECT key FROM sealingkeys WHERE node = ?", [config.node]);
    if (known?.text("key") === key) return;
    const time = clock.now();
    await disk.append([newEntry("audit", kinds.SEALING_KEY, time, { key })], time);
  }

  /** Who has this session; `used`: whether that is a use of it. `null`: it has ended. */
  holder(token: string, address: string, used: boolean): Actor | null {
    const session = used ? this.sessions.use(token) : this.sessions.look(token);
    if (session === null) return null;
    if (session.account === null) return owner(session.name, address, this.book.isManaged);
    return this.#personOf(session.account, session, address);
  }

  /** A program by its token; `null` where it is none. */
  program(token: string, address: string): Actor | null {
    const found = this.book.program(tokenHash(token), this.#wallMs);
    return found === null ? null : program(found, address);
  }

  /** Whether the account has set a PIN at this node: PINs count where they were set. */
  async hasPin(account: string): Promise<boolean> {
    return (await this.vault.held(account, "pin")).secret !== null;
  }

  /** What an account may here and now. */
  rightsOf(account: Account): ReadonlySet<Right> {
    return this.book.rights(account, this.#wallMs);
  }

  /** Whom the audit is told of where nobody is known. */
  nobody(address: string): Actor {
    return nobody(address);
  }

  get isPeopled(): boolean {
    return this.book.isPeopled(this.#wallMs);
  }

  /** A suspended account has no sessions, whatever its browser still holds. */
  #personOf(id: string, { name }: SessionView, address: string): Actor | null {
    const account = this.book.account(id);
    if (account === null || !this.book.mayEnter(account, this.#wallMs)) return null;
    return person(id, this.book.rights(account, this.#wallMs), name, address);
  }

  get #wallMs(): number {
    return this.#node.clock.now().wallMs;
  }
}
