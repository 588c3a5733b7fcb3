/**
 * Rotation of the at-rest key while the node runs (X4): what is new is written under the newest
 * key at once, the rest is written anew in the background, and only then is the old key
 * forgotten. After a crash in between it goes on from where it was: all keys are still there.
 */
import { pause } from "../sync/timer.ts";
import type { Node } from "./node.ts";

export interface RotationView {
  readonly state: "idle" | "running" | "waiting";
  /** Keys in use. */
  readonly keys: number;
  /** File or credential that gives the keys; `null`: the node keeps them itself. */
  readonly given: string | null;
  /** Why it could not be finished for now, or `null`. */
  readonly reason: string | null;
}

/** A disk that is full or failing is tried again after so long. */
const AGAIN_MS = 10_000;

type Parts = Pick<Node, "keystore" | "journal" | "tables" | "blobs" | "log">;

export class KeyRotation {
  readonly #node: Parts;
  #state: RotationView["state"] = "idle";
  #reason: string | null = null;
  #wake: () => void = () => {};

  constructor(node: Parts) {
    this.#node = node;
  }

  view(): RotationView {
    const { storage } = this.#node.keystore;
    const { keys, given } = storage;
    return { state: this.#state, keys: keys.length, given, reason: this.#reason };
  }

  /**
   * Takes a new key into use; false where there is none: the file that gives the keys still
   * begins with the one in use.
   */
  begin(): boolean {
    const { storage } = this.#node.keystore;
    const before = storage.newest;
    storage.begin();
    this.#wake();
    return storage.newest !== before;
  }

  /** Finishes what was begun, now or before this start, until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { storage } = this.#node.keystore;
    const stop = () => this.#wake();
    signal.addEventListener("abort", stop);
    while (!signal.aborted) {
      if (storage.keys.length === 1) {
        const { promise, resolve } = Promise.withResolvers<void>();
        this.#wake = resolve;
        await promise;
        continue;
      }
      await this.#rotate(signal);
    }
    signal.removeEventListener("abort", stop);
  }

  async #rotate(signal: AbortSignal): Promise<void> {
    const { keystore: { storage }, journal, tables, blobs, log } = this.#node;
    this.#state = "running";
    const { keys, newest } = storage;
    try {
      await journal.useKeys(keys);
      await blobs.useKeys(keys);
      await tables.rekey(newest);
      await journal.rekey();
      await blobs.reseal(signal);
      // A newer one may have come meanwhile, which makes this one old.
      if (signal.aborted || storage.newest !== newest) return;
      storage.finish();
      await journal.useKeys(storage.keys);
      await blobs.useKeys(storage.keys);
      this.#state = "idle";
      this.#reason = null;
      log({ kind: "rekeyed", given: storage.given });
    } catch (error) {
      this.#state = "waiting";
      this.#reason = error instanceof Error ? error.message : String(error);
      log({
        kind: "failed",
        error: `Cannot rotate the at-rest key: ${this.#reason}`,
        stack: undefined,
      });
      await pause(AGAIN_MS, signal);
    }
  }
}
