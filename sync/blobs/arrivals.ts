/** The receiving end of files: says what it lacks, takes it in pieces, goes on after a restart. */
import { join } from "node:path";
import { OctetsError } from "../octets.ts";
import { pause } from "../timer.ts";
import { Arrival } from "./arrival.ts";
import { BlobDamaged, type BlobFacts, BlobLocked, isBlobHash } from "./blob.ts";
import { fileNames, removeIfThere } from "./folder.ts";
import type { Piece, Progress } from "./messages.ts";
import { CHUNK_BYTES } from "./sealed_file.ts";
import type { BlobStore } from "./store.ts";
import { Turns } from "./turns.ts";

/** As {@link Progress}, before the receipt is signed. */
export type Arriving = Exclude<Progress, { kind: "complete" }> | { readonly kind: "complete" };

export interface ArrivalsOptions {
  readonly store: BlobStore;
  /** Never goes back, milliseconds. */
  readonly nowMs: () => number;
  /** How long a piece waits for the check of its file, which may take long for a large one. */
  readonly checkWaitMs?: number;
}

const SUFFIX = ".part";
/**
 * Who has sent nothing for so long has gone: another may go on with its file, and the room for what
 * has not come is kept for it no more.
 */
const IDLE_MS = 30_000;
/** Files that come at one time, each with an open file and a promise of room. */
const ARRIVALS_MAX = 256;
/** Offers remembered, by sender and file. */
const OFFERED_MAX = 8192;
/** Others wait for the place that a request takes. */
const CHECK_WAIT_MS = 500;
/**
 * What nobody went on with for so long is given up where others want its room or its place, the
 * oldest first: a line that was away for less goes on where it was.
 */
const SPARE_MS = 600_000;
/** What nobody went on with for so long is removed at a start: two weeks of an offline site. */
const PART_KEPT_MS = 14 * 86_400_000;

/** A file on its way. */
interface Coming {
  readonly arrival: Arrival;
  sender: string | null;
  /** When the last of it came, or was offered by who sends it. */
  heardMs: number;
  check: Promise<Arriving> | null;
}

export class Arrivals implements AsyncDisposable {
  readonly #store: BlobStore;
  readonly #nowMs: () => number;
  readonly #checkWaitMs: number;
  readonly #openedMs: number;
  readonly #coming = new Map<string, Coming>();
  readonly #offered = new Map<string, BlobFacts>();
  readonly #turns = new Turns();

  private constructor({ store, nowMs, checkWaitMs = CHECK_WAIT_MS }: ArrivalsOptions) {
    this.#store = store;
    this.#nowMs = nowMs;
    this.#checkWaitMs = checkWaitMs;
    this.#openedMs = nowMs();
    store.room.spare = {
      bytes: () => this.#spare().reduce((sum, { arrival }) => sum + arrival.bytes, 0),
      giveUpOne: () => this.#giveUpOne(),
    };
  }

  /** Opens what came in parts before a restart. */
  static async open(options: ArrivalsOptions): Promise<Arrivals> {
    const arrivals = new Arrivals(options);
    const { incoming } = options.store;
    for (const name of await fileNames(incoming)) {
      const hash = name.slice(0, -SUFFIX.length);
      if (name.endsWith(SUFFIX) && isBlobHash(hash)) await arrivals.#resume(hash);
    }
    return arrivals;
  }

  /** Files that have come in part. */
  get count(): number {
    return this.#coming.size;
  }

  /** How far this node is with a file that a sender has. */
  async offer(sender: string, blob: BlobFacts): Promise<Arriving> {
    const known = this.#store.find(blob.hash);
    if (known !== null) {
      return known.bytes === blob.bytes ? { kind: "complete" } : refused(
        `a file with this hash has ${known.bytes} bytes here, not ${blob.bytes}`,
      );
    }
    const coming = this.#coming.get(blob.hash);
    if (coming !== undefined) {
      if (coming.arrival.blob.bytes !== blob.bytes) {
        return refused(`its size was told as ${coming.arrival.blob.bytes} bytes before`);
      }
      return await this.#claimed(coming, sender) ??
        { kind: "have", bytes: coming.arrival.bytes };
    }
    const refusal = await this.#store.room.makeRoom(blob.bytes);
    if (refusal !== null) return refused(refusal.message);
    if (this.#coming.size >= ARRIVALS_MAX) await this.#giveUpOne();
    if (this.#coming.size >= ARRIVALS_MAX) {
      return { kind: "busy", reason: `${ARRIVALS_MAX} files are on their way already` };
    }
    this.#remember(sender, blob);
    return { kind: "have", bytes: 0 };
  }

  /** Takes a piece. Throws `OctetsError` where it is none of the file. */
  take(sender: string, piece: Piece): Promise<Arriving> {
    return this.#turns.take(piece.hash, () => this.#take(sender, piece));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#store.room.spare = null;
    for (const hash of [...this.#coming.keys()]) {
      await this.#coming.get(hash)?.check?.catch(() => {});
      await this.#turns.take(hash, () => Promise.resolve(this.#forget(hash)));
    }
  }

  async #take(sender: string, piece: Piece): Promise<Arriving> {
    if (this.#store.find(piece.hash) !== null) return { kind: "complete" };
    const coming = await this.#comingFor(sender, piece.hash);
    if (!("arrival" in coming)) return coming;
    const claimed = await this.#claimed(coming, sender);
    if (claimed !== null) return claimed;
    const { arrival } = coming;
    if (piece.offset !== arrival.bytes) return { kind: "have", bytes: arrival.bytes };
    requirePart(piece, arrival.blob);
    try {
      await arrival.add(piece.content);
    } catch (error) {
      if (arrival.isSpoilt) await this.#discard(arrival);
      return refused(`it cannot be written there: ${reasonOf(error)}`);
    }
    if (!arrival.isAll) return { kind: "have", bytes: arrival.bytes };
    coming.check = this.#finish(arrival);
    const waiting = new AbortController();
    const late = pause(this.#checkWaitMs, waiting.signal).then(() => checking());
    const progress = await Promise.race([coming.check, late]);
    waiting.abort();
    return progress;
  }

  /** Why the sender has to wait, or `null`: then the file is its own to send. */
  async #claimed(coming: Coming, sender: string): Promise<Arriving | null> {
    if (coming.check !== null) return checking();
    const nowMs = this.#nowMs();
    if (coming.sender !== sender && coming.sender !== null && nowMs - coming.heardMs < IDLE_MS) {
      return { kind: "busy", reason: `"${coming.sender}" sends it already` };
    }
    const { arrival } = coming;
    if (this.#isIdle(coming)) {
      // Its room was kept no more; it is itself none of what is given up for it.
      const before = coming.heardMs;
      coming.heardMs = nowMs;
      const leftBytes = arrival.blob.bytes - arrival.bytes;
      const refusal = await this.#store.room.makeRoom(0);
      if (refusal !== null) {
        coming.heardMs = before;
        return refused(`${leftBytes} bytes of it are to come: ${refusal.message}`);
      }
    }
    coming.sender = sender;
    coming.heardMs = nowMs;
    return null;
  }

  #isIdle({ heardMs }: Coming): boolean {
    return this.#nowMs() - heardMs >= IDLE_MS;
  }

  /** What may be given up, that which was untouched for longest first. */
  #spare(): Coming[] {
    const nowMs = this.#nowMs();
    return [...this.#coming.values()]
      .filter(({ check, heardMs }) =>
        check === null && nowMs - Math.max(heardMs, this.#openedMs) >= SPARE_MS
      )
      .sort((a, b) => a.heardMs - b.heardMs);
  }

  async #giveUpOne(): Promise<void> {
    const [oldest] = this.#spare();
    if (oldest === undefined) return;
    const { hash } = oldest.arrival.blob;
    await this.#turns.take(hash, async () => {
      // Meanwhile somebody may have gone on with it.
      if (this.#coming.get(hash) === oldest && this.#spare().includes(oldest)) {
        await this.#discard(oldest.arrival);
      }
    });
  }

  async #comingFor(sender: string, hash: string): Promise<Coming | Arriving> {
    const known = this.#coming.get(hash);
    if (known !== undefined) return known;
    const blob = this.#offered.get(offerKey(sender, hash));
    if (blob === undefined) return { kind: "unoffered" };
    this.#offered.delete(offerKey(sender, hash));
    const { room, keys } = this.#store;
    const refusal = await room.makeRoom(blob.bytes);
    if (refusal !== null) return refused(refusal.message);
    const promised = room.promise(blob.bytes, () => this.#isWanted(hash));
    try {
      await removeIfThere(this.#pathOf(hash));
      const arrival = await Arrival.begin(this.#pathOf(hash), keys, blob, promised);
      return this.#add(hash, arrival);
    } catch (error) {
      promised.release();
      return refused(`it cannot be written there: ${reasonOf(error)}`);
    }
  }

  /** Also while its file is being made. */
  #isWanted(hash: string): boolean {
    const coming = this.#coming.get(hash);
    return coming === undefined || coming.check !== null || !this.#isIdle(coming);
  }

  #add(hash: string, arrival: Arrival, heardMs = this.#nowMs()): Coming {
    const coming = { arrival, sender: null, heardMs, check: null };
    this.#coming.set(hash, coming);
    return coming;
  }

  async #resume(hash: string): Promise<void> {
    const path = this.#pathOf(hash);
    const { room, keys, wallMs } = this.#store;
    const { mtime } = await Deno.stat(path);
    const ageMs = mtime === null ? 0 : Math.max(0, wallMs - mtime.getTime());
    if (
      ageMs > PART_KEPT_MS || this.#store.find(hash) !== null || this.#coming.size >= ARRIVALS_MAX
    ) {
      await removeIfThere(path);
      return;
    }
    try {
      const promise = (bytes: number) => room.promise(bytes, () => this.#isWanted(hash));
      const arrival = await Arrival.resume(path, keys, hash, promise);
      const coming = this.#add(hash, arrival, this.#nowMs() - ageMs);
      if (arrival.isAll) coming.check = this.#finish(arrival);
    } catch (error) {
      if (!(error instanceof BlobDamaged) && !(error instanceof BlobLocked)) throw error;
      await removeIfThere(path);
    }
  }

  /** Checks all that came and takes it in, or throws it away. */
  async #finish(arrival: Arrival): Promise<Arriving> {
    const { blob, path } = arrival;
    try {
      const found = await arrival.check(this.#store.hashName);
      if (found === "whole") {
        await this.#store.adopt(path, blob);
        this.#forget(blob.hash);
        return { kind: "complete" };
      }
      if (found === "damaged") {
        const coming = this.#coming.get(blob.hash);
        if (coming !== undefined) coming.check = null;
        return { kind: "have", bytes: arrival.bytes };
      }
      await this.#discard(arrival);
      return refused("what came has another hash: it was thrown away");
    } catch (error) {
      await this.#discard(arrival);
      return refused(`it cannot be stored there: ${reasonOf(error)}`);
    }
  }

  async #discard(arrival: Arrival): Promise<void> {
    this.#forget(arrival.blob.hash);
    await removeIfThere(arrival.path).catch(() => {});
  }

  #forget(hash: string): void {
    this.#coming.get(hash)?.arrival.close();
    this.#coming.delete(hash);
  }

  #remember(sender: string, blob: BlobFacts): void {
    const key = offerKey(sender, blob.hash);
    this.#offered.delete(key);
    this.#offered.set(key, blob);
    const [oldest] = this.#offered.keys();
    if (this.#offered.size > OFFERED_MAX) this.#offered.delete(oldest);
  }

  #pathOf(hash: string): string {
    return join(this.#store.incoming, hash + SUFFIX);
  }
}

/** A piece is whole chunks, or all that is left. */
function requirePart({ offset, content }: Piece, { bytes }: BlobFacts): void {
  const end = offset + content.length;
  const isWhole = content.length > 0 && content.length % CHUNK_BYTES === 0;
  if (end === bytes || isWhole && end < bytes) return;
  throw new OctetsError(`Cannot take bytes ${offset} to ${end} of a file of ${bytes}`);
}

function offerKey(sender: string, hash: string): string {
  return `${sender}\n${hash}`;
}

function checking(): Arriving {
  return { kind: "busy", reason: "what came is being checked" };
}

function refused(reason: string): Arriving {
  return { kind: "refused", reason };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
