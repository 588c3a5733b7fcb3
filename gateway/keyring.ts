/**
 * At-rest keys of a node, the newest first. They come from the file that the configuration names,
 * from a credential of systemd, or are made in the data folder; never from the configuration.
 */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { removeDurably, writeDurably } from "./durable_file.ts";

/** 256 random bits as hexadecimal digits; one key a line. */
const KEY = /^[0-9a-f]{64}$/;
/** More than two at a time means that a rotation was begun before the last was over. */
const KEYS_MAX = 8;
/** Name of the credential (systemd.exec(5), LoadCredential=). */
const CREDENTIAL = "storage.key";
/** Where the unit's credentials are while it runs, for commands beside it. */
const UNIT_CREDENTIALS = "/run/credentials/tributary.service";

export class Keyring {
  /** Who gives the keys from outside; `null` where the node keeps them itself. */
  readonly given: string | null;
  readonly #own: string;
  #keys: readonly string[] = [];

  private constructor(given: string | null, own: string) {
    this.given = given;
    this.#own = own;
  }

  /** Reads the keys of a node; where there are none, and nobody gives any, one is made. */
  static open(
    dataDir: string,
    keyFile: string | undefined,
    credentials = Deno.env.get("CREDENTIALS_DIRECTORY") ?? UNIT_CREDENTIALS,
  ): Keyring {
    const own = join(dataDir, "keys", CREDENTIAL);
    const credential = join(credentials, CREDENTIAL);
    const given = keyFile ?? (existsSync(credential) ? credential : null);
    if (given === null && !existsSync(own)) writeDurably(own, `${newKey()}\n`);
    const ring = new Keyring(given, own);
    ring.reread();
    return ring;
  }

  /** The first is for what is new, the others for what was written before. */
  get keys(): readonly string[] {
    return this.#keys;
  }

  get newest(): string {
    return this.#keys[0];
  }

  /** Reads the files once more: somebody may have given a new key. */
  reread(): void {
    const given = this.given === null ? [] : readKeys(this.given);
    // What the node kept itself before somebody gave it a key is still in use.
    const own = existsSync(this.#own) ? readKeys(this.#own) : [];
    this.#keys = [...new Set([...given, ...own])];
  }

  /** A new key comes first, on the disk before anything is written with it. */
  begin(): void {
    if (this.given !== null) return this.reread();
    const keys = [newKey(), ...this.#keys];
    writeDurably(this.#own, `${keys.join("\n")}\n`);
    this.#keys = keys;
  }

  /**
   * Nothing is under any other key than the newest: the node forgets those that it keeps itself.
   * Those in a file that it was given are for whoever gave it to remove.
   */
  finish(): void {
    if (this.given === null) writeDurably(this.#own, `${this.newest}\n`);
    else removeDurably(this.#own);
    this.#keys = [this.newest];
  }
}

function readKeys(path: string): string[] {
  const lines = Deno.readTextFileSync(path).split("\n").map((line) => line.trim())
    .filter((line) => line !== "");
  if (lines.length > 0 && lines.length <= KEYS_MAX && lines.every((line) => KEY.test(line))) {
    return lines;
  }
  throw new Error(
    `Cannot use the at-rest key in "${path}": want 64 hexadecimal digits, one key a line, ` +
      `the newest first, ${KEYS_MAX} at most`,
  );
}

function newKey(): string {
  return randomBytes(32).toString("hex");
}
