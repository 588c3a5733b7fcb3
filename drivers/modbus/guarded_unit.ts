/** One unit on a bus, and how far its answers are believed: the guard's decisions, carried out. */
import type { Answer, FailureCode } from "./answer.ts";
import type { Asked, AskOptions, Respondent } from "./bus.ts";
import {
  agree,
  apartRead,
  guard,
  type GuardAction,
  type GuardEvent,
  otherRead,
  type Seen,
  type Signature,
  signatureOf,
  type Trust,
  TRUSTED,
} from "./guard.ts";
import { planBlocks, rangeOf, readable } from "./plan.ts";
import type { ModbusProfile } from "./profile.ts";
import { RefusedRanges } from "./refused_ranges.ts";
import type { ReadRequest, Request, WriteRequest } from "./request.ts";

/** Told of every request that went out. */
export type OnAsked = (asked: Asked) => void;

/** What a unit answered, and when; on the clock that the unit is given. */
export interface Told {
  readonly answer: Answer;
  readonly answeredMs: number;
}

/** So often a block is read at once until no noise comes with its answer. */
const NOISY_READS_MAX = 3;

export class GuardedUnit {
  readonly #bus: Respondent;
  readonly #unit: number;
  readonly #profile: ModbusProfile;
  readonly #onAsked: OnAsked;
  readonly #nowMs: () => number;
  #trust: Trust = TRUSTED;
  /** Over when what was asked last is: the guard knows of one question at a time. */
  #turn: Promise<void> = Promise.resolve();
  /** Urgent questions that wait for their turn, or have it. */
  #urgent = 0;
  /** What the device refuses to read in one request, see {@link readable}. */
  readonly refused = new RefusedRanges();

  constructor(
    bus: Respondent,
    unit: number,
    profile: ModbusProfile,
    onAsked: OnAsked = () => {},
    nowMs: () => number = () => performance.now(),
  ) {
    this.#bus = bus;
    this.#unit = unit;
    this.#profile = profile;
    this.#onAsked = onAsked;
    this.#nowMs = nowMs;
  }

  get nowMs(): number {
    return this.#nowMs();
  }

  /** Whether its answers name their requests. */
  get named(): boolean {
    return this.#bus.named;
  }

  /** Until then nothing is asked, since an answer to an earlier question may come. */
  get waitsUntilMs(): number {
    return this.#trust.kind === "waiting" ? this.#trust.untilMs : -Infinity;
  }

  /**
   * Reads a block; what is answered is the answer to this question, or it is not used. What noise
   * has spoilt is asked for once more, where nothing has to be waited for.
   */
  read(block: ReadRequest, options: AskOptions): Promise<Told> {
    return this.#inTurn(options, async () => {
      const first = await this.#read(block, options);
      const isSpoilt = first.answer.kind === "failed" && first.answer.code === "crc";
      const now = isSpoilt && this.waitsUntilMs <= this.#nowMs();
      return now ? await this.#read(block, options) : first;
    });
  }

  /**
   * Writes, once: nothing is sent (`waiting`) while the answer to an earlier question could pass
   * for this one's.
   */
  write(request: WriteRequest, options: AskOptions): Promise<Answer> {
    return this.#inTurn(options, async () => {
      if (!this.#bus.named && this.#trust.kind !== "trusted") {
        return { kind: "failed", code: "waiting", reason: "an earlier answer may still come" };
      }
      return (await this.#ask(request, options)).answer;
    });
  }

  /** One behind the other, as they came; what is urgent hastens what is before it. */
  async #inTurn<T>(options: AskOptions, ask: () => Promise<T>): Promise<T> {
    const before = this.#turn;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#turn = promise;
    const urgent = options.urgent ?? false;
    if (urgent) {
      this.#urgent++;
      this.#bus.hasten(this.#unit);
    }
    try {
      await before;
      return await ask();
    } finally {
      if (urgent) this.#urgent--;
      resolve();
    }
  }

  async #read(block: ReadRequest, options: AskOptions): Promise<Told> {
    if (this.#bus.named) return await this.#ask(block, options);
    let action = this.#step({ kind: "wanted" });
    if (action.kind === "wait") return this.#failed("waiting", "an earlier answer may still come");
    if (action.kind === "resynchronise") {
      const other = this.#apart(block, action.avoid);
      if (other !== null) {
        const asked = await this.#ask(other, options);
        if (asked.answer.kind === "failed") return asked;
      }
      action = this.#step({ kind: "resynchronised" });
    }
    if (action.kind === "read") {
      for (let reads = 0; reads < NOISY_READS_MAX; reads++) {
        const asked = await this.#ask(block, options);
        if (asked.answer.kind === "failed" || asked.clean) return asked;
      }
      action = this.#step({ kind: "noisy" });
    }
    while (action.kind === "read-twice") {
      const first = await this.#ask(block, options);
      if (first.answer.kind === "failed") return first;
      const other = this.#other(block, [signatureOf(block)]);
      const second = await this.#ask(other, options);
      if (second.answer.kind === "failed") return second;
      const [one, two] = [seen(block, first.answer), seen(other, second.answer)];
      const same = one !== null && two !== null && agree(one, two);
      // In the midst of noise a length proves nothing, but two reads that agree do.
      const clean = first.clean && second.clean;
      action = this.#step({ kind: "compared", agree: same, toldApart: clean });
      if (action.kind === "use") return first;
    }
    return this.#failed("mismatch", "two reads do not agree");
  }

  #failed(code: FailureCode, reason: string): Told {
    return { answer: { kind: "failed", code, reason }, answeredMs: this.#nowMs() };
  }

  /** The block in another length; where there is none, the same one is what can be asked. */
  #other(block: ReadRequest, avoid: readonly Signature[]): ReadRequest {
    const may = readable(this.#profile, this.refused.at(this.#nowMs()));
    return otherRead(block, avoid, (one) => may(rangeOf(one))) ?? block;
  }

  /** What no answer that is still open can pass for, of all that may be read. */
  #apart(request: Request, avoid: readonly Signature[]): ReadRequest | null {
    const refused = this.refused.at(this.#nowMs());
    const may = readable(this.#profile, refused);
    const allowed = (one: ReadRequest) => may(rangeOf(one));
    const blocks = planBlocks(this.#profile, undefined, { refused }).filter(allowed);
    const wanted = request.kind === "read" ? [request] : [];
    return apartRead([...wanted, ...blocks], avoid, allowed);
  }

  async #ask(request: Request, options: AskOptions): Promise<Asked> {
    const { gapMs, turnaroundMs, latenessMs } = this.#profile;
    const urgent = this.#urgent > 0;
    const own = { ...options, urgent, gapMs, turnaroundMs };
    const asked = await this.#bus.ask(this.#unit, request, own);
    this.#onAsked(asked);
    const { answer } = asked;
    if (answer.kind === "failed" && !this.#bus.named) {
      // A spoilt answer came in its turn: nothing has to be waited for, but what spoilt it may
      // have been a second answer, so the step is found again all the same, if it can be.
      const signature = signatureOf(request);
      const late = this.#trust.kind === "waiting" ? this.#trust.late : [];
      const atOnce = answer.code === "crc" && this.#apart(request, [...late, signature]) !== null;
      this.#step({ kind: "failed", signature, latenessMs: atOnce ? 0 : latenessMs });
    }
    return asked;
  }

  #step(event: GuardEvent): GuardAction {
    const { trust, action } = guard(this.#trust, this.#nowMs(), event);
    this.#trust = trust;
    return action;
  }
}

function seen(request: ReadRequest, answer: Answer): Seen | null {
  switch (answer.kind) {
    case "bits":
      return { request, values: answer.bits };
    case "registers": {
      const { bytes } = answer;
      const word = (_: unknown, at: number) => bytes[2 * at] << 8 | bytes[2 * at + 1];
      return { request, values: Array.from({ length: request.count }, word) };
    }
    default:
      return null;
  }
}
