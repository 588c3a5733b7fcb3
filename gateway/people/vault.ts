/** What people sign in with, sealed in entries: opened here, by the key of this node. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { writeDurably } from "../durable_file.ts";
import type { QueryTables } from "../tables.ts";
import {
  aboutOf,
  type CredentialBody,
  credentialBody,
  type CredentialKind,
  isOfOneNode,
} from "./people_entries.ts";
import { sealFor, type SealingKey } from "./sealing.ts";

const SELECT = "SELECT version, body FROM credentials WHERE account = ? AND what = ? AND place = ?";

const SELECT_BADGES = "SELECT account, body FROM credentials WHERE place = ? AND what = ?";

/** A credential as it stands. */
export interface Held {
  readonly version: number;
  /** `null`: there is none, or it was sealed for other nodes. */
  readonly secret: string | null;
}

export class Vault {
  readonly #tables: Pick<QueryTables, "rows">;
  readonly #key: SealingKey;
  readonly #node: string;

  constructor(tables: Pick<QueryTables, "rows">, key: SealingKey, node: string) {
    this.#tables = tables;
    this.#key = key;
    this.#node = node;
  }

  get publicKey(): string {
    return this.#key.publicKey;
  }

  async held(account: string, what: CredentialKind): Promise<Held> {
    const place = isOfOneNode(what) ? this.#node : "";
    const [row] = await this.#tables.rows(SELECT, [account, what, place]);
    if (row === undefined) return { version: 0, secret: null };
    const body = credentialBody.parse(JSON.parse(row.text("body")));
    return { version: row.number("version"), secret: await this.open(body) };
  }

  /** Accounts with a badge at this node, each with what it is known by. */
  async badges(): Promise<{ readonly account: string; readonly secret: string }[]> {
    const rows = await this.#tables.rows(SELECT_BADGES, [this.#node, "badge"]);
    const held = await Promise.all(rows.map(async (row) => ({
      account: row.text("account"),
      secret: await this.open(credentialBody.parse(JSON.parse(row.text("body")))),
    })));
    return held.flatMap(({ account, secret }) => secret === null ? [] : [{ account, secret }]);
  }

  /** The secret of a credential, where it was sealed for this node. */
  async open(body: CredentialBody): Promise<string | null> {
    const own = body.sealed.find((one) => one.for === this.#key.publicKey);
    return own === undefined ? null : await this.#key.open(own, aboutOf(body));
  }

  /** A credential for these nodes, by their keys; this one's is always among them. */
  async seal(
    body: Omit<CredentialBody, "sealed">,
    secret: string,
    keys: readonly string[],
  ): Promise<CredentialBody> {
    const recipients = [...new Set([this.#key.publicKey, ...keys])];
    const sealed = await Promise.all(recipients.map((key) => sealFor(key, secret, aboutOf(body))));
    return { ...body, sealed };
  }

  /** The same for one other node alone. */
  async sealOnly(
    body: Omit<CredentialBody, "sealed">,
    secret: string,
    key: string,
  ): Promise<CredentialBody> {
    return { ...body, sealed: [await sealFor(key, secret, aboutOf(body))] };
  }
}

/**
 * The key of this node's PINs (RFC 9106's secret value), `keys/pin.key`. Whoever has entries, an
 * export or a county's database, without this node's `keys`, cannot even begin to guess. Whoever
 * has the whole disk can: a million PINs of half a second each are a week of one core.
 */
export function openPinKey(dataDir: string): Uint8Array<ArrayBuffer> {
  const path = join(dataDir, "keys", "pin.key");
  try {
    return Uint8Array.fromHex(Deno.readTextFileSync(path).trim());
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const key = new Uint8Array(randomBytes(32));
  writeDurably(path, `${key.toHex()}\n`);
  return key;
}
