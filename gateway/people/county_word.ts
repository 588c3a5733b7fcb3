/**
 * What a centre says on its own: each site is told the accounts that it may use, with what people
 * sign in with sealed for that site's key; the other centre gets what it could not open yet. All
 * that is missing follows from the tables, so that a new site, a new box, a new key or a changed
 * account need no telling of their own.
 */
import type { NewEntry } from "../../sync/append.ts";
import type { Stamp } from "../../sync/entry.ts";
import { streamTo } from "../../sync/stream.ts";
import type { QueryTables } from "../tables.ts";
import { type Account, isMeantFor } from "./account.ts";
import type { AccountBook } from "./account_book.ts";
import { auditOf, type DeskParts } from "./account_desk.ts";
import * as kinds from "./people_entries.ts";
import { type CredentialBody, credentialBody } from "./people_entries.ts";
import type { Vault } from "./vault.ts";

/** Entries said in one commit; a county with 400 sites says more in several. */
const ENTRIES_MAX = 500;
/** Who says it to the sites; who said it at first stands in the centre's audit. */
const WHO = "county";

interface Told {
  readonly version: number;
  readonly sealing: number;
  readonly sealedFor: string;
}

/** What a site should have heard, and has. */
interface Lists {
  readonly accounts: readonly Account[];
  readonly credentials: readonly CredentialBody[];
  /** Keys of sites and centres, by their names. */
  readonly keys: ReadonlyMap<string, string>;
  /** By site, account and kind, see {@link toldKey}. */
  readonly told: ReadonlyMap<string, Told>;
}

function toldKey(site: string, account: string, what: string): string {
  return `${site} ${what} ${account}`;
}

/** Says all that is missing; returns how many entries that were. */
export async function tellSites(
  parts: DeskParts,
  sites: readonly string[],
): Promise<number> {
  const { admission, book, tables, clock, vault, journal, centres } = parts;
  await tables.caughtUp(auditOf(journal));
  await book.refresh();
  const lists = await readLists(tables, book);
  const time = clock.now();
  let entries: NewEntry[] = [];
  let count = 0;
  const flush = async () => {
    if (entries.length > 0) await admission.append(entries, time);
    count += entries.length;
    entries = [];
  };
  for await (const entry of missing(lists, { sites, centres }, vault, time)) {
    entries.push(entry);
    if (entries.length >= ENTRIES_MAX) await flush();
  }
  await flush();
  return count;
}

async function* missing(
  lists: Lists,
  { sites, centres }: { readonly sites: readonly string[]; readonly centres: readonly string[] },
  vault: Vault,
  time: Stamp,
): AsyncGenerator<NewEntry> {
  for (const body of lists.credentials) {
    const again = await forCentres(lists, body, centres, vault);
    if (again !== null) yield kinds.credentialEntry("audit", time, again);
  }
  for (const site of sites) {
    for (const account of lists.accounts) {
      const told = lists.told.get(toldKey(site, account.id, kinds.ACCOUNT));
      // Whom a site knew, and may not use any more, it hears of once.
      const concerns = isMeantFor(account, { node: site, role: "site" }) || told !== undefined;
      if (!concerns || (told?.version ?? 0) >= account.version) continue;
      yield kinds.accountEntry(streamTo(site), time, { ...account, who: WHO });
    }
    yield* credentialsFor(lists, site, vault, time);
  }
}

async function* credentialsFor(
  { accounts, credentials, keys, told }: Lists,
  site: string,
  vault: Vault,
  time: Stamp,
): AsyncGenerator<NewEntry> {
  const key = keys.get(site);
  if (key === undefined) return;
  const meant = new Set(
    accounts.filter((one) => isMeantFor(one, { node: site, role: "site" })).map(({ id }) => id),
  );
  for (const { account, what, version, sealed } of credentials) {
    if (kinds.isOfOneNode(what) || !meant.has(account)) continue;
    const before = told.get(toldKey(site, account, what));
    const sealing = before?.version === version ? before.sealing + 1 : 0;
    const body = { account, what, version, sealing, who: WHO };
    if (sealed.length === 0) {
      if (before === undefined || before.version >= version) continue;
      yield kinds.credentialEntry(streamTo(site), time, { ...body, sealed: [] });
      continue;
    }
    if (before !== undefined && before.version >= version && before.sealedFor === key) continue;
    const secret = await vault.open({ ...body, sealed });
    if (secret === null) continue;
    yield kinds.credentialEntry(streamTo(site), time, await vault.sealOnly(body, secret, key));
  }
}

/** A credential once more, where a centre lacks it that has a key by now. */
async function forCentres(
  { keys }: Lists,
  body: CredentialBody,
  centres: readonly string[],
  vault: Vault,
): Promise<CredentialBody | null> {
  if (kinds.isOfOneNode(body.what) || body.sealed.length === 0) return null;
  const wanted = centres.flatMap((name) => keys.get(name) ?? []);
  if (wanted.every((key) => body.sealed.some((one) => one.for === key))) return null;
  const secret = await vault.open(body);
  return secret === null
    ? null
    : await vault.seal({ ...body, sealing: body.sealing + 1 }, secret, wanted);
}

async function readLists(tables: Pick<QueryTables, "rows">, book: AccountBook): Promise<Lists> {
  const credentials = await tables.rows("SELECT body FROM credentials WHERE place = ''");
  const keys = await tables.rows("SELECT node, key FROM sealingkeys");
  const told = await tables.rows(
    "SELECT site, account, what, version, sealing, sealedfor FROM told",
  );
  return {
    accounts: book.list(),
    credentials: credentials.map((row) => credentialBody.parse(JSON.parse(row.text("body")))),
    keys: new Map(keys.map((row) => [row.text("node"), row.text("key")])),
    told: new Map(told.map((row) => [
      toldKey(row.text("site"), row.text("account"), row.text("what")),
      {
        version: row.number("version"),
        sealing: row.number("sealing"),
        sealedFor: row.text("sealedfor"),
      },
    ])),
  };
}
