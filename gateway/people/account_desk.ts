/** Says things of people in entries: accounts, what they sign in with, programs. */
import { randomBytes } from "node:crypto";
import type { NewEntry } from "../../sync/append.ts";
import type { Journal } from "../../sync/journal.ts";
import type { Admission } from "../admission.ts";
import type { Clock } from "../clock.ts";
import { keyed, newEntry } from "../collected_entry.ts";
import { tokenHash } from "../sessions.ts";
import type { QueryTables } from "../tables.ts";
import { type Account, type AccountWord, type ChangeFault, changeFault } from "./account.ts";
import type { AccountBook } from "./account_book.ts";
import type { Actor } from "./actor.ts";
import * as kinds from "./people_entries.ts";
import type { CredentialKind } from "./people_entries.ts";
import type { ProgramOrder } from "./program_order.ts";
import type { Vault } from "./vault.ts";

/** A setup link is carried to a person, or read out: a weekend may lie in between. */
export const SETUP_MS = 72 * 3_600_000;

const DAY_MS = 24 * 3_600_000;

export interface DeskParts {
  readonly journal: Journal;
  readonly admission: Pick<Admission, "append">;
  readonly tables: QueryTables;
  readonly clock: Pick<Clock, "now">;
  readonly book: AccountBook;
  readonly vault: Vault;
  /** Names of the county's centres, where this is one. */
  readonly centres: readonly string[];
}

export type Put = { readonly kind: "done"; readonly account: Account } | {
  readonly kind: "fault";
  readonly fault: ChangeFault;
};

/** What an account signs in with, as one change. */
export interface Setting {
  readonly account: string;
  readonly what: CredentialKind;
  /** `null` takes it away. */
  readonly secret: string | null;
  readonly who: string;
  /** Hash of the setup link that is used up by it. */
  readonly setup?: string;
}

export class AccountDesk {
  readonly #parts: DeskParts;

  constructor(parts: DeskParts) {
    this.#parts = parts;
  }

  /** A new account (`version` 0), or a new word on one; `version` is that which it replaces. */
  async put(
    actor: Pick<Actor, "account" | "who">,
    id: string,
    version: number,
    word: AccountWord,
  ): Promise<Put> {
    const { book, clock } = this.#parts;
    await this.#know();
    const after = { ...word, id, version: version + 1 };
    const fault = changeFault({
      by: actor.account,
      before: book.account(id),
      after,
      all: book.list(),
      place: book.place,
    });
    if (fault !== null) return { kind: "fault", fault };
    const time = clock.now();
    const entry = kinds.accountEntry("audit", time, { ...after, who: actor.who });
    const isStored = await this.#say(once(entry, `${id} ${after.version}`));
    return isStored ? { kind: "done", account: after } : { kind: "fault", fault: "staleVersion" };
  }

  /**
   * Returns whether it was set; not so where somebody else set it at this moment, or where its
   * setup link was used.
   */
  async set({ account, what, secret, who, setup }: Setting): Promise<boolean> {
    const { vault, clock } = this.#parts;
    await this.#know();
    // The version first: of two that use a link at one moment one finds its version taken.
    const { version } = await vault.held(account, what);
    if (setup !== undefined && await this.#isUsedUp(setup)) return false;
    const link = setup === undefined ? {} : { setup };
    const body = { account, what, version: version + 1, sealing: 0, ...link, who };
    const keys = kinds.isOfOneNode(what) ? [] : await this.#centreKeys();
    const sealed = secret === null ? { ...body, sealed: [] } : await vault.seal(body, secret, keys);
    const entry = kinds.credentialEntry("audit", clock.now(), sealed);
    return await this.#say(once(entry, `${account} ${what} ${body.version}`));
  }

  /** The token of a one-time link by which the account's person sets a password. */
  async newSetupLink({ who }: Pick<Actor, "who">, account: string): Promise<string> {
    const time = this.#parts.clock.now();
    const token = randomBytes(18).toString("base64url");
    const expiresMs = time.wallMs + SETUP_MS;
    await this.#know();
    const rows = await this.#parts.tables.rows(EARLIER, [account]);
    const voids = rows.map((row) => row.text("link"));
    const body = { account, link: tokenHash(token), expiresMs, voids, who };
    await this.#say(newEntry("audit", kinds.SETUP_LINK, time, body));
    return token;
  }

  /**
   * Whose link this is; `null` where it is void, and while nobody may enter with the account. Only
   * the latest of an account counts.
   */
  async setupOf(token: string): Promise<Account | null> {
    const { tables, book, clock } = this.#parts;
    await this.#know();
    const [row] = await tables.rows(LINK, [tokenHash(token)]);
    const { wallMs } = clock.now();
    if (row === undefined || wallMs > row.number("expires")) return null;
    const account = book.account(row.text("account"));
    return account !== null && book.mayEnter(account, wallMs) ? account : null;
  }

  /** A program's token, shown this once. */
  async newProgram(
    { who }: Pick<Actor, "who">,
    { name, scopes, sites, days }: ProgramOrder,
  ): Promise<{ readonly id: string; readonly token: string }> {
    const time = this.#parts.clock.now();
    const token = randomBytes(32).toString("base64url");
    const id = crypto.randomUUID();
    const expiresMs = days === undefined ? null : time.wallMs + days * DAY_MS;
    const ofSites = sites === undefined ? {} : { sites };
    const body = { id, name, hash: tokenHash(token), scopes, ...ofSites, expiresMs, who };
    await this.#say(newEntry("audit", kinds.PROGRAM_TOKEN, time, body));
    return { id, token };
  }

  /** Returns whether there was one. */
  async endProgram({ who }: Pick<Actor, "who">, id: string): Promise<boolean> {
    await this.#know();
    const program = this.#parts.book.programs().find((one) => one.id === id);
    if (program === undefined || program.revoked) return false;
    const time = this.#parts.clock.now();
    await this.#say(newEntry("audit", kinds.PROGRAM_TOKEN_REVOKED, time, { id, who }));
    return true;
  }

  /** Writes down what happened. */
  async tell(
    kind: kinds.Happening,
    body: { who: string } & Record<string, unknown>,
  ): Promise<void> {
    const { admission, clock } = this.#parts;
    const time = clock.now();
    await admission.append([kinds.happened(kind, time, body)], time);
  }

  async #isUsedUp(link: string): Promise<boolean> {
    const rows = await this.#parts.tables.rows("SELECT 1 FROM setupuses WHERE link = ?", [link]);
    return rows.length > 0;
  }

  /** The keys of all centres, where this is one: both have to know what is set at either. */
  async #centreKeys(): Promise<string[]> {
    const { tables, centres } = this.#parts;
    const rows = await tables.rows("SELECT node, key FROM sealingkeys");
    return rows.filter((row) => centres.includes(row.text("node"))).map((row) => row.text("key"));
  }

  /** Appends an entry, and knows it itself when it returns; `false` where its key was taken. */
  async #say(entry: NewEntry): Promise<boolean> {
    const [{ kind }] = await this.#parts.admission.append([entry], entry.time);
    await this.#know();
    return kind === "stored";
  }

  async #know(): Promise<void> {
    const { tables, journal, book } = this.#parts;
    await tables.caughtUp(auditOf(journal));
    await book.refresh();
  }
}

const LINK = `SELECT account, expires FROM setuplinks AS one WHERE link = ?
AND NOT EXISTS (SELECT 1 FROM setupuses WHERE setupuses.link IN (one.link, 'void ' || one.link))
AND NOT EXISTS (SELECT 1 FROM setuplinks AS later WHERE later.account = one.account
AND (later.expires, later.link) > (one.expires, one.link)
AND NOT EXISTS (SELECT 1 FROM setupuses WHERE setupuses.link = 'void ' || later.link))`;

const EARLIER = `SELECT link FROM setuplinks AS one WHERE account = ?
AND NOT EXISTS (SELECT 1 FROM setupuses WHERE setupuses.link = 'void ' || one.link)
ORDER BY expires DESC, link LIMIT 100`;

/** Words of the audit alone: readings that are followed late hold up nobody who signs in. */
export function auditOf(journal: Journal): Pick<Journal, "positions"> {
  return { positions: () => journal.positions().filter(({ stream }) => stream === "audit") };
}

/** Two words that would replace the same one, at one moment: the first counts. */
function once(entry: NewEntry, id: string): NewEntry {
  const bytes = new TextEncoder().encode(entry.body);
  return keyed(entry, { channel: entry.entryKind, id, bytes, windowMs: null, restarts: false });
}
