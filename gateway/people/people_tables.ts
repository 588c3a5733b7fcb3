/** The projection of people: accounts, what they sign in with, programs, and who did what. */
import type { Entry } from "../../sync/entry.ts";
import { lifeOf, parseOrigin } from "../../sync/origin.ts";
import { siteOf } from "../../sync/stream.ts";
import { bodyOf, type Projection } from "../projection.ts";
import { putInto } from "../sql/put.ts";
import type { Transaction } from "../sql/sql.ts";
import type { Table } from "../sql/table.ts";
import { homeOf, STATES } from "./account.ts";
import * as kinds from "./people_entries.ts";

/**
 * Whose word counts. At a county its own nodes' `audit`, on accounts of the county; at a site what
 * comes down to it, on those too, and its own `audit`, on its own accounts.
 */
export function peopleOf(authorities: readonly string[]): Projection {
  return {
    name: "people",
    version: 3,
    tables: TABLES,
    apply: async (sql, entries) => {
      for (const entry of entries) {
        const node = parseOrigin(entry.origin)?.node;
        if (node === undefined) continue;
        if (entry.stream === "audit") await addToTrail(sql, entry, node);
        const place = placeOf(authorities, entry.stream, node);
        const isNews = entry.kind === kinds.SEALING_KEY
          ? await addSealingKey(sql, entry, node)
          : place !== null && await addWord(sql, entry, place);
        if (isNews) await putWord(sql, [[entry.origin, entry.stream, entry.seq]]);
      }
    },
  };
}

/** All that is said of people, by its place: how much it is tells whether anything changed. */
const words: Table = {
  name: "peoplewords",
  columns: { origin: "text", stream: "text", seq: "integer" },
  key: ["origin", "stream", "seq"],
};

const accounts: Table = {
  name: "accounts",
  columns: {
    id: "text",
    version: "integer",
    rank: "integer",
    wall: "integer",
    saidby: "text",
    body: "text",
  },
  key: ["id"],
};

const credentials: Table = {
  name: "credentials",
  columns: {
    account: "text",
    what: "text",
    place: "text",
    version: "integer",
    sealing: "integer",
    wall: "integer",
    saidby: "text",
    body: "text",
  },
  key: ["account", "what", "place"],
  indexes: { credentialsofnode: ["place", "what", "account"] },
};

const told: Table = {
  name: "told",
  columns: {
    site: "text",
    account: "text",
    what: "text",
    version: "integer",
    sealing: "integer",
    wall: "integer",
    sealedfor: "text",
  },
  key: ["site", "account", "what"],
};

const links: Table = {
  name: "setuplinks",
  columns: { link: "text", account: "text", expires: "integer" },
  key: ["link"],
};

const uses: Table = { name: "setupuses", columns: { link: "text" }, key: ["link"] };

const tokens: Table = {
  name: "programtokens",
  columns: {
    id: "text",
    name: "text",
    hash: "text",
    scopes: "text",
    sites: "text",
    expires: "integer?",
    wall: "integer",
    madeby: "text",
  },
  key: ["id"],
};

const ends: Table = { name: "programends", columns: { id: "text" }, key: ["id"] };

const sealingKeys: Table = {
  name: "sealingkeys",
  columns: { node: "text", life: "integer", seq: "integer", key: "text" },
  key: ["node"],
};

const trail: Table = {
  name: "trail",
  columns: {
    origin: "text",
    seq: "integer",
    node: "text",
    wall: "integer",
    kind: "text",
    who: "text",
    detail: "text",
  },
  key: ["origin", "seq"],
  indexes: { trailbytime: ["wall", "origin", "seq"] },
};

const TABLES = [words, accounts, credentials, told, links, uses, tokens, ends, sealingKeys, trail];

/** Where a word was said that counts here. */
type Spoken =
  | { readonly kind: "county"; readonly node: string }
  | { readonly kind: "own"; readonly node: string }
  /** What a centre tells a site, as the centres see it. */
  | { readonly kind: "told"; readonly site: string };

function placeOf(authorities: readonly string[], stream: string, node: string): Spoken | null {
  const site = siteOf(stream);
  if (authorities.length === 0) {
    // A site holds nobody's audit but its own.
    if (stream === "audit") return { kind: "own", node };
    return site === null ? null : { kind: "county", node };
  }
  if (!authorities.includes(node)) return null;
  if (stream === "audit") return { kind: "county", node };
  return site === null ? null : { kind: "told", site };
}

/** Whether a word on this account counts that was said there. */
function mayTell(spoken: Spoken, account: string): boolean {
  return homeOf(account) === (spoken.kind === "own" ? spoken.node : null);
}

const newer = (table: Table, ...columns: string[]) =>
  putInto(table, { onConflict: { newer: columns } });
const kept = (table: Table) => putInto(table, { onConflict: "keep" });

/** A stricter state stands where two centres said something at one time. */
const putAccount = newer(accounts, "version", "rank", "wall", "saidby", "body");
const putCredential = newer(credentials, "version", "sealing", "wall", "saidby", "body");
const putTold = newer(told, "version", "sealing", "wall", "sealedfor");
const putLink = newer(links, "expires", "account");
const putUse = kept(uses);
const putToken = newer(tokens, "wall", "madeby", "name", "hash", "scopes", "sites");
const putEnd = kept(ends);
const putSealingKey = newer(sealingKeys, "life", "seq", "key");
const putTrail = kept(trail);
const putWord = kept(words);

/** Returns whether something was said. */
async function addWord(sql: Transaction, entry: Entry, spoken: Spoken): Promise<boolean> {
  if (entry.kind === kinds.ACCOUNT) return await addAccount(sql, entry, spoken);
  if (entry.kind === kinds.CREDENTIAL) return await addCredential(sql, entry, spoken);
  if (spoken.kind === "told" || entry.stream !== "audit") return false;
  if (entry.kind === kinds.SETUP_LINK) return await addLink(sql, entry, spoken);
  if (entry.kind === kinds.PROGRAM_TOKEN) return await addToken(sql, entry, spoken);
  if (entry.kind !== kinds.PROGRAM_TOKEN_REVOKED) return false;
  const body = kinds.programTokenRevokedBody.safeParse(bodyOf(entry));
  if (body.success) await putEnd(sql, [[body.data.id]]);
  return body.success;
}

async function addAccount(sql: Transaction, entry: Entry, spoken: Spoken): Promise<boolean> {
  const body = kinds.accountBody.safeParse(bodyOf(entry));
  if (!body.success || !mayTell(spoken, body.data.id)) return false;
  const { id, version, state } = body.data;
  const { wallMs } = entry.time;
  if (spoken.kind === "told") {
    await putTold(sql, [[spoken.site, id, kinds.ACCOUNT, version, 0, wallMs, ""]]);
    return true;
  }
  const { who: _, ...account } = body.data;
  const rank = STATES.indexOf(state);
  await putAccount(sql, [[id, version, rank, wallMs, spoken.node, JSON.stringify(account)]]);
  return true;
}

async function addCredential(sql: Transaction, entry: Entry, spoken: Spoken): Promise<boolean> {
  const body = kinds.credentialBody.safeParse(bodyOf(entry));
  if (!body.success) return false;
  const { account, what, version, sealing, sealed, setup } = body.data;
  const { wallMs } = entry.time;
  const counts = kinds.isOfOneNode(what) ? entry.stream === "audit" : mayTell(spoken, account);
  if (!counts) return false;
  if (spoken.kind === "told") {
    const key = sealed.at(0)?.for ?? "";
    await putTold(sql, [[spoken.site, account, what, version, sealing, wallMs, key]]);
    return true;
  }
  const place = kinds.isOfOneNode(what) ? spoken.node : "";
  const text = JSON.stringify(body.data);
  const row = [account, what, place, version, sealing, wallMs, spoken.node, text];
  await putCredential(sql, [row]);
  if (setup !== undefined) await putUse(sql, [[setup]]);
  return true;
}

async function addLink(sql: Transaction, entry: Entry, spoken: Spoken): Promise<boolean> {
  const body = kinds.setupLinkBody.safeParse(bodyOf(entry));
  if (!body.success || !mayTell(spoken, body.data.account)) return false;
  const { link, account, expiresMs, voids } = body.data;
  await putLink(sql, [[link, account, expiresMs]]);
  for (const earlier of voids) await putUse(sql, [[`void ${earlier}`]]);
  return true;
}

async function addToken(
  sql: Transaction,
  entry: Entry,
  spoken: Exclude<Spoken, { kind: "told" }>,
): Promise<boolean> {
  const body = kinds.programTokenBody.safeParse(bodyOf(entry));
  if (!body.success) return false;
  const { id, name, hash, scopes, sites = null, expiresMs } = body.data;
  const may = [JSON.stringify(scopes), JSON.stringify(sites)];
  const row = [id, name, hash, ...may, expiresMs, entry.time.wallMs, spoken.node];
  await putToken(sql, [row]);
  return true;
}

/** A node's own word on its key; a box in its place has another, in a later life. */
async function addSealingKey(sql: Transaction, entry: Entry, node: string): Promise<boolean> {
  const body = kinds.sealingKeyBody.safeParse(bodyOf(entry));
  if (!body.success || entry.stream !== "audit") return false;
  await putSealingKey(sql, [[node, lifeOf(entry.origin), entry.seq, body.data.key]]);
  return true;
}

/** What of an entry is not shown: it is long, and of no use to a reader. */
const UNSHOWN = new Set(["who", "sealed", "link", "voids", "hash", "setup", "key"]);

async function addToTrail(sql: Transaction, entry: Entry, node: string): Promise<void> {
  const body = bodyOf(entry);
  if (body === undefined || !("who" in body) || typeof body.who !== "string") return;
  const shown = Object.entries(body).filter(([name]) => !UNSHOWN.has(name));
  const { origin, seq, time, kind } = entry;
  const detail = JSON.stringify(Object.fromEntries(shown));
  await putTrail(sql, [[origin, seq, node, time.wallMs, kind, body.who, detail]]);
}
