/**
 * The body of a request at a door: how much of all of them a node holds at one time, until each is
 * answered. Who sends many large ones, or slow ones, waits; others do not.
 */
import type { Problem } from "../../sync/problem.ts";
import { BodyBrokenOff } from "../../sync/paced_body.ts";
import { readBody } from "../../sync/read_body.ts";
import { BODY_BYTES_MAX, TOO_LARGE } from "./body_text.ts";
import type { Refused } from "./desk.ts";
import { tooMany } from "./record/limits.ts";

/** Of all senders: what is made of a body while it is read is some times as large. */
const HELD_BYTES_MAX = 64 << 20;
/** Of one: 8,000 prescriptions of three lines, or 64 of the largest. */
const HELD_OF_ONE_BYTES_MAX = 16 << 20;

/** Bytes that one request may have in memory. */
interface Held {
  /** It has come, and is so large. */
  came(bytes: number): void;
  release(): void;
}

export class BodyRoom {
  readonly #max: number;
  readonly #ofOneMax: number;
  /** By sender, of those that hold any. */
  readonly #held = new Map<string, number>();
  #all = 0;

  constructor({ max = HELD_BYTES_MAX, ofOneMax = HELD_OF_ONE_BYTES_MAX } = {}) {
    this.#max = max;
    this.#ofOneMax = ofOneMax;
  }

  /** Room for so many bytes of this sender until it is released; `null`: there is none now. */
  take(who: string, bytes: number): Held | null {
    const own = this.#held.get(who) ?? 0;
    if (own + bytes > this.#ofOneMax || this.#all + bytes > this.#max) return null;
    this.#add(who, bytes);
    let held = bytes;
    const become = (now: number) => {
      this.#add(who, now - held);
      held = now;
    };
    return { came: become, release: () => become(0) };
  }

  #add(who: string, bytes: number): void {
    this.#all += bytes;
    const own = (this.#held.get(who) ?? 0) + bytes;
    if (own === 0) this.#held.delete(who);
    else this.#held.set(who, own);
  }
}

/**
 * What `work` answers to the body of a request, for which there is room until then. Throws
 * `BodyTooSlow` where the body does not come.
 */
export async function withBody<T>(
  room: BodyRoom,
  { request, who }: { readonly request: Request; readonly who: string },
  work: (bytes: Uint8Array) => Promise<T>,
): Promise<T | Refused> {
  const encoding = request.headers.get("content-encoding")?.trim().toLowerCase() ?? "";
  if (encoding !== "" && encoding !== "identity") return refused(otherEncoding(encoding));
  const told = request.headers.get("content-length");
  const length = /^\d+$/.test(told ?? "") ? Number(told) : BODY_BYTES_MAX;
  if (length > BODY_BYTES_MAX) return refused(TOO_LARGE);
  const held = room.take(who, length);
  if (held === null) return tooMany("as many bodies as there is room for are being read", 1);
  try {
    const bytes = await wholeBody(request);
    if (bytes === "broken") return refused(BROKEN_OFF);
    if (bytes === "too-large") return refused(TOO_LARGE);
    held.came(bytes.length);
    return await work(bytes);
  } finally {
    held.release();
  }
}

async function wholeBody(request: Request): Promise<Uint8Array | "broken" | "too-large"> {
  try {
    return await readBody(request, BODY_BYTES_MAX) ?? "too-large";
  } catch (error) {
    if (!(error instanceof BodyBrokenOff)) throw error;
    return "broken";
  }
}

const BROKEN_OFF: Problem = {
  status: 400,
  code: "body-broken-off",
  title: "The body ended before all of it had come: nothing was stored",
  hint: "send it again, under the same key",
};

function refused(problem: Problem): Refused {
  return { kind: "refused", problem };
}

/** What a body of 250 kB would become nobody knows before it is unpacked: none is. */
function otherEncoding(found: string): Problem {
  return {
    status: 415,
    code: "unsupported-encoding",
    title: "The body is packed, and is not unpacked here",
    detail: `found content-encoding "${found.slice(0, 40)}"; want none`,
    hint: "send the body as it is, without the header Content-Encoding",
  };
}
