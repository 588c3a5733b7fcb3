/** Accounts and programs as this node knows them now, in memory: each request asks. */
import { type SiteScope, siteScope } from "../site_scope.ts";
import type { QueryTables } from "../tables.ts";
import {
  type Account,
  accountIdSchema,
  accountWord,
  idAt,
  isMeantFor,
  mayEnter,
  type Place,
  rightsAt,
} from "./account.ts";
import { isRight, type Right, SCOPES } from "./roles.ts";

/** A program's token, without the token. */
export interface Program {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Right[];
  /** At a county, of which sites; at a site there is one. */
  readonly sites: SiteScope;
  /** Milliseconds since 1970 UTC; `null`: for ever. */
  readonly expiresMs: number | null;
  readonly madeMs: number;
  readonly revoked: boolean;
}

const CHANGES = "SELECT count(*) AS changes FROM peoplewords";
const ACCOUNTS = "SELECT id, version, body FROM accounts ORDER BY id";
const PASSWORDS = `SELECT account, body -> '$.sealed[0]' IS NOT NULL AS has FROM credentials
WHERE what = 'password'`;
const PROGRAMS = `SELECT id, name, hash, scopes, sites, expires, wall,
EXISTS (SELECT 1 FROM programends WHERE programends.id = programtokens.id) AS revoked
FROM programtokens ORDER BY wall DESC, id`;

export class AccountBook {
  readonly #tables: Pick<QueryTables, "rows">;
  readonly place: Place;
  #changes = -1;
  #accounts: ReadonlyMap<string, Account> = new Map();
  #withPassword: ReadonlySet<string> = new Set();
  #programs: ReadonlyMap<string, Program> = new Map();

  constructor(tables: Pick<QueryTables, "rows">, place: Place) {
    this.#tables = tables;
    this.place = place;
  }

  /** Reads the tables anew where something of it has changed. */
  async refresh(): Promise<void> {
    const changes = (await this.#tables.rows(CHANGES)).at(0)?.number("changes") ?? 0;
    if (changes === this.#changes) return;
    const accounts = new Map<string, Account>();
    for (const row of await this.#tables.rows(ACCOUNTS)) {
      const word = accountWord.safeParse(JSON.parse(row.text("body")));
      const id = accountIdSchema.safeParse(row.text("id"));
      if (!word.success || !id.success) continue;
      accounts.set(id.data, { ...word.data, id: id.data, version: row.number("version") });
    }
    const passwords = await this.#tables.rows(PASSWORDS);
    const programs = await this.#tables.rows(PROGRAMS);
    this.#accounts = accounts;
    this.#withPassword = new Set(
      passwords.filter((row) => row.number("has") === 1).map((row) => row.text("account")),
    );
    this.#programs = new Map(programs.map((row) => [row.text("hash"), {
      id: row.text("id"),
      name: row.text("name"),
      scopes: scopesOf(row.text("scopes")),
      sites: this.place.role === "site" ? "all" : sitesOf(row.text("sites")),
      expiresMs: row.numberOrNull("expires"),
      madeMs: row.number("wall"),
      revoked: row.number("revoked") === 1,
    }]));
    this.#changes = changes;
  }

  /** Grows with whatever is said of people. */
  get changes(): number {
    return this.#changes;
  }

  mayEnter(account: Account, wallMs: number): boolean {
    return mayEnter(account, this.place, wallMs);
  }

  list(): Account[] {
    return [...this.#accounts.values()];
  }

  account(id: string): Account | null {
    return this.#accounts.get(id) ?? null;
  }

  /** By what somebody typed: the county's account before one that this site made itself. */
  find(typed: string): Account | null {
    const name = typed.trim().toLowerCase();
    return this.account(name) ?? this.account(idAt(name, this.place));
  }

  hasPassword(id: string): boolean {
    return this.#withPassword.has(id);
  }

  rights(account: Account, wallMs: number): ReadonlySet<Right> {
    return rightsAt(account, this.place, wallMs);
  }

  /** Whether somebody can sign in here at all. */
  isPeopled(wallMs: number): boolean {
    return this.list().some((account) =>
      this.hasPassword(account.id) && mayEnter(account, this.place, wallMs)
    );
  }

  /**
   * Whether there are administrators for system and accounts: from then on the owner's link only
   * leads to the accounts. Suspended ones count: who can suspend them all is no owner for that.
   */
  get isManaged(): boolean {
    return (["system-administrator", "security-administrator"] as const).every((role) =>
      this.list().some((account) =>
        account.roles.includes(role) && this.hasPassword(account.id) &&
        isMeantFor(account, this.place)
      )
    );
  }

  programs(): Program[] {
    return [...this.#programs.values()];
  }

  /** The program with this token's hash, unless it was revoked or has expired. */
  program(hash: string, wallMs: number): Program | null {
    const program = this.#programs.get(hash);
    if (program === undefined || program.revoked) return null;
    return program.expiresMs !== null && wallMs >= program.expiresMs ? null : program;
  }
}

/** Of a county's token that names no sites it is for none. */
function sitesOf(text: string): SiteScope {
  const sites = siteScope.safeParse(JSON.parse(text));
  return sites.success ? sites.data : [];
}

/** Of what is no scope in this version a program has nothing. */
function scopesOf(text: string): Right[] {
  const scopes: unknown = JSON.parse(text);
  const known: readonly Right[] = SCOPES;
  return Array.isArray(scopes) ? scopes.filter(isRight).filter((one) => known.includes(one)) : [];
}
