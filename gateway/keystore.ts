/** What a node must keep to itself: its key, the at-rest key, the token of its programs. */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { NodeKey } from "../sync/identity.ts";
import { writeDurably } from "./durable_file.ts";
import { Keyring } from "./keyring.ts";
import { keysOf, type Member } from "../sync/desk.ts";

/** Files of a node's data folder. */
export interface Keystore {
  readonly key: NodeKey;
  /** At-rest keys: journal, tables and files are encrypted with the newest. */
  readonly storage: Keyring;
  /** Bearer token for programs, base64url of 32 random bytes. */
  readonly token: string;
}

/** Opens the keys of a node, made at its first start. Files can be read by their owner only. */
export function openKeystore(dataDir: string, keyFile: string | undefined): Keystore {
  const folder = join(dataDir, "keys");
  Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
  return {
    key: NodeKey.parse(readOrMake(join(folder, "node.pem"), () => NodeKey.create().toPem())),
    storage: Keyring.open(dataDir, keyFile),
    token: readOrMake(tokenPath(dataDir), () => randomBytes(32).toString("base64url")).trim(),
  };
}

/** Whether the node has been started, or enrolled, in this folder before. */
export function hasKeys(dataDir: string): boolean {
  return existsSync(join(dataDir, "keys", "node.pem"));
}

/** The token of a node's programs, for a command on the same machine; made by the node itself. */
export function readToken(dataDir: string): string {
  return Deno.readTextFileSync(tokenPath(dataDir)).trim();
}

function tokenPath(dataDir: string): string {
  return join(dataDir, "keys", "api.token");
}

function readOrMake(path: string, make: () => string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const text = make();
  writeDurably(path, text);
  return text;
}

const lifeSchema = z.object({ latest: z.string() });

/** The latest life of this node that the county held when it enrolled, if any. */
export function readLatestLife(dataDir: string): string | null {
  try {
    const text = Deno.readTextFileSync(join(dataDir, "life.json"));
    return lifeSchema.parse(JSON.parse(text)).latest;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

export function writeLatestLife(dataDir: string, latest: string): void {
  writeDurably(join(dataDir, "life.json"), JSON.stringify({ latest }));
}

const peersSchema = z.record(
  z.string(),
  z.object({
    publicKey: z.string(),
    role: z.enum(["site", "county"]),
    earlierKeys: z.array(z.string()).optional(),
  }),
);

/** The nodes whose keys this one learnt when it enrolled: the county's. */
export class PeersFile {
  readonly #path: string;

  constructor(dataDir: string) {
    this.#path = join(dataDir, "peers.json");
  }

  read(): Map<string, Member> {
    try {
      return new Map(
        Object.entries(peersSchema.parse(JSON.parse(Deno.readTextFileSync(this.#path)))),
      );
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return new Map();
      throw new Error(`Cannot read "${this.#path}": enrol again to make it anew`, { cause: error });
    }
  }

  /**
   * Takes in new members and new keys; a key that is replaced becomes an earlier one. What is
   * hearsay counts only of nodes that are not known yet.
   */
  learn(
    members: ReadonlyMap<string, Member>,
    isHearsay: (node: string) => boolean = () => false,
  ): void {
    using _lock = this.#locked();
    const peers = this.read();
    for (const [node, { publicKey, role, earlierKeys: told = [] }] of members) {
      const known = peers.get(node);
      if (known !== undefined && isHearsay(node)) continue;
      const keys = new Set([...known === undefined ? [] : keysOf(known), ...told]);
      const earlierKeys = [...keys].filter((key) => key !== publicKey);
      peers.set(node, { publicKey, role, ...(earlierKeys.length === 0 ? {} : { earlierKeys }) });
    }
    writeDurably(this.#path, JSON.stringify(Object.fromEntries(peers), null, 2));
  }

  /** A command and the running node may learn at one moment. */
  #locked(): Disposable {
    const file = Deno.openSync(`${this.#path}.lock`, { write: true, create: true });
    file.lockSync(true);
    return file;
  }

  /** Changes whenever the file does. */
  version(): number {
    try {
      return Deno.statSync(this.#path).mtime?.getTime() ?? 0;
    } catch {
      return 0;
    }
  }
}
