/** The projection of people: accounts, what they sign in with, programs, and who did what. */
import type { Database } from "../../sync/database.ts";
import type { Entry } from "../../sync/entry.ts";
import { lifeOf, parseOrigin } from "../../sync/origin.ts";
import { siteOf } from "../../sync/stream.ts";
import { bodyOf, type Projection } from "../projection.ts";
import { homeOf, STATES } from "./account.ts";
import * as kinds from "./people_entries.ts";

/**
 * Whose word counts. At a county its own nodes' `audit`, on accounts of the county; at a site what
 * comes down to it, on those too, and its own `audit`, on its own accounts.
 */
export function peopleOf(authorities: readonly string[]): Projection {
  return {
    name: "people",
    version: 1,
    schema: SCHEMA,
    apply: (database, entries) => {
      for (const entry of entries) {
        const node = parseOrigin(entry.origin)?.node;
        if (node === undefined) continue;
        if (entry.stream === "audit") addToTrail(database, entry, node);
        const place = placeOf(authorities, entry.stream, node);
        if (entry.kind === kinds.SEALING_KEY) addSealingKey(database, entry, node);
        else if (place !== null) addWord(database, entry, place);
      }
    },
  };
}

const SCHEMA = `
CREATE TABLE peoplechanges (one INTEGER PRIMARY KEY, changes INTEGER NOT NULL) STRICT;
INSERT INTO peoplechanges VALUES (1, 0);
CREATE TABLE accounts (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  rank INTEGER NOT NULL,
  wall INTEGER NOT NULL,
  saidby TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE TABLE credentials (
  account TEXT NOT NULL,
  what TEXT NOT NULL,
  place TEXT NOT NULL,
  version INTEGER NOT NULL,
  sealing INTEGER NOT NULL,
  wall INTEGER NOT NULL,
  saidby TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (account, what, place)
) STRICT, WITHOUT ROWID;
CREATE TABLE told (
  site TEXT NOT NULL,
  account TEXT NOT NULL,
  what TEXT NOT NULL,
  version INTEGER NOT NULL,
  sealing INTEGER NOT NULL,
  wall INTEGER NOT NULL,
  sealedfor TEXT NOT NULL,
  PRIMARY KEY (site, account, what)
) STRICT, WITHOUT ROWID;
CREATE TABLE setuplinks (link TEXT PRIMARY KEY, account TEXT NOT NULL, expires INTEGER NOT NULL)
STRICT;
CREATE TABLE setupuses (link TEXT PRIMARY KEY) STRICT;
CREATE TABLE programtokens (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  hash TEXT NOT NULL,
  scopes TEXT NOT NULL,
  expires INTEGER,
  wall INTEGER NOT NULL,
  madeby TEXT NOT NULL
) STRICT;
CREATE TABLE programends (id TEXT PRIMARY KEY) STRICT;
CREATE TABLE sealingkeys (
  node TEXT PRIMARY KEY,
  life INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  key TEXT NOT NULL
) STRICT;
CREATE TABLE trail (
  origin TEXT NOT NULL,
  seq INTEGER NOT NULL,
  node TEXT NOT NULL,
  wall INTEGER NOT NULL,
  kind TEXT NOT NULL,
  who TEXT NOT NULL,
  detail TEXT NOT NULL,
  PRIMARY KEY (origin, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX trailbytime ON trail (wall, origin, seq);`;

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

/** A stricter state stands where two centres said something at one time. */
const PUT_ACCOUNT = `INSERT INTO accounts (id, version, rank, wall, saidby, body)
VALUES (?,?,?,?,?,?) ON CONFLICT (id) DO UPDATE SET version = excluded.version,
rank = excluded.rank, wall = excluded.wall, saidby = excluded.saidby, body = excluded.body
WHERE (excluded.version, excluded.rank, excluded.wall, excluded.saidby) >
(version, rank, wall, saidby)`;
const PUT_CREDENTIAL = `INSERT INTO credentials
(account, what, place, version, sealing, wall, saidby, body) VALUES (?,?,?,?,?,?,?,?)
ON CONFLICT (account, what, place) DO UPDATE SET version = excluded.version,
sealing = excluded.sealing, wall = excluded.wall, saidby = excluded.saidby, body = excluded.body
WHERE (excluded.version, excluded.sealing, excluded.wall, excluded.saidby) >
(version, sealing, wall, saidby)`;
const PUT_TOLD = `INSERT INTO told (site, account, what, version, sealing, wall, sealedfor)
VALUES (?,?,?,?,?,?,?) ON CONFLICT (site, account, what) DO UPDATE SET version = excluded.version,
sealing = excluded.sealing, wall = excluded.wall, sealedfor = excluded.sealedfor
WHERE (excluded.version, excluded.sealing, excluded.wall, excluded.sealedfor) >
(version, sealing, wall, sealedfor)`;
const PUT_LINK = `INSERT INTO setuplinks (link, account, expires) VALUES (?,?,?)
ON CONFLICT DO NOTHING`;
const PUT_USE = "INSERT INTO setupuses (link) VALUES (?) ON CONFLICT DO NOTHING";
const PUT_TOKEN = `INSERT INTO programtokens (id, name, hash, scopes, expires, wall, madeby)
VALUES (?,?,?,?,?,?,?) ON CONFLICT DO NOTHING`;
const PUT_END = "INSERT INTO programends (id) VALUES (?) ON CONFLICT DO NOTHING";
const PUT_SEALING_KEY = `INSERT INTO sealingkeys (node, life, seq, key) VALUES (?,?,?,?)
ON CONFLICT (node) DO UPDATE SET life = excluded.life, seq = excluded.seq, key = excluded.key
WHERE (excluded.life, excluded.seq) > (life, seq)`;
const COUNT = "UPDATE peoplechanges SET changes = changes + 1";
const PUT_TRAIL = `INSERT INTO trail (origin, seq, node, wall, kind, who, detail)
VALUES (?,?,?,?,?,?,?) ON CONFLICT DO NOTHING`;

function addWord(database: Database, entry: Entry, spoken: Spoken): void {
  if (entry.kind === kinds.ACCOUNT) addAccount(database, entry, spoken);
  else if (entry.kind === kinds.CREDENTIAL) addCredential(database, entry, spoken);
  else if (spoken.kind === "told" || entry.stream !== "audit") return;
  else if (entry.kind === kinds.SETUP_LINK) addLink(database, entry, spoken);
  else if (entry.kind === kinds.PROGRAM_TOKEN) addToken(database, entry, spoken);
  else if (entry.kind === kinds.PROGRAM_TOKEN_REVOKED) {
    const body = kinds.programTokenRevokedBody.safeParse(bodyOf(entry));
    if (body.success) changed(database, PUT_END, [body.data.id]);
  }
}

function changed(database: Database, sql: string, row: (string | number | null)[]): void {
  database.run(sql, row);
  database.run(COUNT);
}

function addAccount(database: Database, entry: Entry, spoken: Spoken): void {
  const body = kinds.accountBody.safeParse(bodyOf(entry));
  if (!body.success || !mayTell(spoken, body.data.id)) return;
  const { id, version, state } = body.data;
  const { wallMs } = entry.time;
  if (spoken.kind === "told") {
    return changed(database, PUT_TOLD, [spoken.site, id, kinds.ACCOUNT, version, 0, wallMs, ""]);
  }
  const { who: _, ...account } = body.data;
  const row = [id, version, STATES.indexOf(state), wallMs, spoken.node, JSON.stringify(account)];
  changed(database, PUT_ACCOUNT, row);
}

function addCredential(database: Database, entry: Entry, spoken: Spoken): void {
  const body = kinds.credentialBody.safeParse(bodyOf(entry));
  if (!body.success) return;
  const { account, what, version, sealing, sealed, setup } = body.data;
  const { wallMs } = entry.time;
  // A PIN is of the node where it was set, whosever the account is.
  const counts = what === "pin" ? entry.stream === "audit" : mayTell(spoken, account);
  if (!counts) return;
  if (spoken.kind === "told") {
    const key = sealed.at(0)?.for ?? "";
    const told = [spoken.site, account, what, version, sealing, wallMs, key];
    return changed(database, PUT_TOLD, told);
  }
  const place = what === "pin" ? spoken.node : "";
  const text = JSON.stringify(body.data);
  const row = [account, what, place, version, sealing, wallMs, spoken.node, text];
  changed(database, PUT_CREDENTIAL, row);
  if (setup !== undefined) database.run(PUT_USE, [setup]);
}

function addLink(database: Database, entry: Entry, spoken: Spoken): void {
  const body = kinds.setupLinkBody.safeParse(bodyOf(entry));
  if (!body.success || !mayTell(spoken, body.data.account)) return;
  const { link, account, expiresMs } = body.data;
  changed(database, PUT_LINK, [link, account, expiresMs]);
}

function addToken(
  database: Database,
  entry: Entry,
  spoken: Exclude<Spoken, { kind: "told" }>,
): void {
  const body = kinds.programTokenBody.safeParse(bodyOf(entry));
  if (!body.success) return;
  const { id, name, hash, scopes, expiresMs } = body.data;
  const row = [id, name, hash, JSON.stringify(scopes), expiresMs, entry.time.wallMs, spoken.node];
  changed(database, PUT_TOKEN, row);
}

/** A node's own word on its key; a box in its place has another, in a later life. */
function addSealingKey(database: Database, entry: Entry, node: string): void {
  const body = kinds.sealingKeyBody.safeParse(bodyOf(entry));
  if (!body.success || entry.stream !== "audit") return;
  const { origin, seq } = entry;
  changed(database, PUT_SEALING_KEY, [node, lifeOf(origin), seq, body.data.key]);
}

/** What of an entry is not shown: it is long, and of no use to a reader. */
const UNSHOWN = new Set(["who", "sealed", "link", "hash", "setup", "key"]);

function addToTrail(database: Database, entry: Entry, node: string): void {
  const body = bodyOf(entry);
  if (body === undefined || !("who" in body) || typeof body.who !== "string") return;
  const shown = Object.entries(body).filter(([name]) => !UNSHOWN.has(name));
  const { origin, seq, time, kind } = entry;
  const detail = JSON.stringify(Object.fromEntries(shown));
  database.run(PUT_TRAIL, [origin, seq, node, time.wallMs, kind, body.who, detail]);
}
