/**
 * Rotation of the at-rest key while the node runs (X4): what is new is written under the newest
 * key at once, the rest is written anew in the background, and only then is the old key
 * forgotten. After a crash in between it goes on from where it was: all keys are still there.
 */
import * as z from "zod";
import type { BlobStore } from "../sync/blobs/store.ts";
import type { Journal } from "../sync/journal.ts";
import { problemResponse } from "../sync/problem.ts";
import { pause } from "../sync/timer.ts";
import type { Clock } from "./clock.ts";
import type { Keystore } from "./keystore.ts";
import type { Log } from "./log.ts";
import type { QueryTables } from "./tables.ts";

export const rotationView = z.object({
  state: z.enum(["idle", "running", "waiting"])
    .describe("running: what is under older keys is written anew; waiting: for the disk"),
  keys: z.number().describe("Keys in use: one, unless something is still under an older one"),
  given: z.string().nullable()
    .describe("File or credential that gives the keys; null: the node keeps them itself"),
  reason: z.string().nullable().describe("Why it could not be finished for now"),
});
export type RotationView = z.infer<typeof rotationView>;

/** A disk that is full or failing is tried again after so long. */
const AGAIN_MS = 10_000;

interface Parts {
  readonly keystore: Keystore;
  readonly journal: Journal;
  readonly tables: QueryTables;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly log: Log;
}

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
   * Takes a new key into use. Who asked for it stands in the audit. `under-way`: the last rotation
   * is not over; `no-new-key`: the file that gives the keys still begins with the one in use.
   */
  async begin(): Promise<"begun" | "under-way" | "no-new-key"> {
    const { keystore: { storage }, journal, clock } = this.#node;
    if (storage.keys.length > 1) return "under-way";
    const before = storage.newest;
    storage.begin();
    if (storage.newest === before) return "no-new-key";
    this.#state = "running";
    this.#wake();
    const time = clock.now();
    const body = JSON.stringify({ given: storage.given });
    await journal.append(
      [{ kind: "entry", stream: "audit", entryKind: "key-rotation", time, body }],
      time,
    );
    return "begun";
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
      blobs.useKeys(keys);
      await tables.rekey(newest);
      await journal.rekey();
      await blobs.reseal(signal);
      // A newer one may have come meanwhile, which makes this one old.
      if (signal.aborted || storage.newest !== newest) return;
      // The old key is forgotten last: none of them may need it any more.
      await journal.useKeys([newest]);
      blobs.useKeys([newest]);
      storage.finish();
      this.#state = "idle";
      this.#reason = null;
      log({ kind: "rekeyed", given: storage.given });
    } catch (error) {
      if (signal.aborted) return;
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

/** Begins, unless there is no new key; answers how it stands. */
export async function beginRotation(
  { rotation }: { readonly rotation: KeyRotation },
): Promise<Response> {
  const begun = await rotation.begin();
  if (begun === "begun") return Response.json(rotation.view(), { status: 201 });
  if (begun === "under-way") {
    const title = "The last rotation is not over yet";
    return problemResponse({ status: 409, code: begun, title, hint: "wait until it is" });
  }
  return problemResponse({
    status: 409,
    code: begun,
    title: "The key that is in use is still the first of those given",
    detail: rotation.view().given ?? "",
    hint: "put a new key of 64 hexadecimal digits on the first line, above the old one",
  });
}
