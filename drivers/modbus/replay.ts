/**
 * Replays a recording through what reads a device on a line: framing, late-reply guard, splitting,
 * decoding. Only the bytes and the time come from the recording, so it takes no time.
 */
import { concluded, type Failure, isClean, NO_ANSWER, outcomeText } from "./answer.ts";
import type { Asked, Respondent } from "./bus.ts";
import { GuardedUnit } from "./guarded_unit.ts";
import type { Block } from "./plan.ts";
import { PointReader, type Polled } from "./point_reader.ts";
import { type ModbusProfile, POLL_CLASSES, type PollClass } from "./profile.ts";
import type { RecordedExchange, Recording, ReplayedPoll } from "./recording.ts";
import { encodeRequest, type Request } from "./request.ts";
import { RtuFraming, speaks } from "./rtu_framing.ts";
import { TcpFraming } from "./tcp_framing.ts";
import { requestText } from "./trace.ts";

export interface Replay {
  readonly polls: readonly ReplayedPoll[];
  /** Exchanges that the driver would not have asked for, or not at this place. */
  readonly skipped: readonly RecordedExchange[];
  /** Exchanges that came to something else than when they were recorded. */
  readonly changed: readonly { readonly exchange: RecordedExchange; readonly outcome: string }[];
  /** Polls that ask for what was not recorded: the first has its questions in words. */
  readonly cut: readonly string[];
}

/** So many exchanges may lie between two questions of one poll: those of a guard that doubts. */
const SKIPPED_MAX = 8;

/** Its guard asks for another length first, then up to three times for a pair. */
const GUARDED = [[0, 1], [0, 1, 3, 5]] as const;

/** What a profile with these points would have told while this was said. */
export async function replay(recording: Recording, profile: ModbusProfile): Promise<Replay> {
  const line = new RecordedLine(recording);
  const unit = new GuardedUnit(line, recording.unit, profile, undefined, () => line.nowMs);
  const reader = new PointReader(unit, profile);
  const used = POLL_CLASSES.filter((name) => profile.points.some(({ poll }) => poll === name));
  const polls: ReplayedPoll[] = [];
  const cut: string[] = [];
  let isSilent = false;
  let isCut = false;
  for (;;) {
    const next = line.next;
    if (next === undefined) break;
    // What was refused is asked for again in time.
    line.reach(Math.max(unit.waitsUntilMs, Date.parse(next.time)));
    // After a silence all is asked for, and the guard may begin with a question of its own.
    const classes = isSilent ? used : begunBy(line, reader, used, isCut);
    if (classes === null) {
      line.skip();
      continue;
    }
    try {
      const polled = await reader.read(classes);
      polls.push(pollOf(polled, next.time));
      isSilent = polled.kind === "silent";
      isCut = polled.kind === "read" && polled.cut;
    } catch (error) {
      if (!(error instanceof NotRecorded)) throw error;
      cut.push(error.message);
      if (line.next === next) line.skip();
    }
  }
  return { polls, skipped: line.skipped, changed: line.changed, cut };
}

/**
 * Classes of a poll that what was recorded next begins; `null` where it begins none. Where the one
 * before was `cut`, questions of the guard may come first, and behind its first block.
 */
function begunBy(
  line: RecordedLine,
  reader: PointReader,
  used: readonly PollClass[],
  isCut: boolean,
): readonly PollClass[] | null {
  const ranked = subsetsOf(used).map((classes) => {
    const plan = reader.plan(classes);
    const matched = matchedOf(line, plan, isCut ? GUARDED : []);
    // A poll that is there whole is likelier than a part of a longer one.
    return { classes, matched, rank: matched + (matched < plan.length ? 0 : plan.length) };
  });
  const best = ranked.toSorted((one, other) => other.rank - one.rank)[0];
  return best === undefined || best.matched === 0 ? null : best.classes;
}

/** How many of these were asked next, with so many other questions before each. */
function matchedOf(
  line: RecordedLine,
  plan: readonly Block[],
  others: readonly (readonly number[])[],
): number {
  let ahead = 0;
  for (const [index, block] of plan.entries()) {
    const between = (others[index] ?? [0]).find((count) => line.asks(block, ahead + count));
    if (between === undefined) return index;
    ahead += between + 1;
  }
  return plan.length;
}

/** All of them first, then fewer. */
function subsetsOf(used: readonly PollClass[]): PollClass[][] {
  const every = Array.from(
    { length: 2 ** used.length - 1 },
    (_, number) => used.filter((_, bit) => (number + 1 >> bit & 1) === 1),
  );
  return every.toSorted((one, other) => other.length - one.length);
}

function pollOf(polled: Polled, time: string): ReplayedPoll {
  if (polled.kind === "silent") return { ...polled, time };
  const readings = polled.readings.map(({ point, value, unit, quality, reason }) => ({
    point,
    value,
    unit,
    quality,
    ...(reason === undefined ? {} : { reason }),
  }));
  return { kind: "read", time, readings, trouble: polled.trouble };
}

/** The driver asks for what the recording does not have. */
class NotRecorded extends Error {}

/** A line on which the recorded device answers as it did. */
class RecordedLine implements Respondent {
  readonly named: boolean;
  /** Exchanges that were passed over. */
  readonly skipped: RecordedExchange[] = [];
  readonly changed: { exchange: RecordedExchange; outcome: string }[] = [];
  readonly #framing: TcpFraming | RtuFraming;
  readonly #exchanges: readonly RecordedExchange[];
  #at = 0;
  #nowMs = -Infinity;

  constructor({ framing, exchanges }: Recording) {
    this.named = framing === "tcp";
    this.#framing = this.named ? new TcpFraming() : new RtuFraming();
    this.#exchanges = exchanges;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  get next(): RecordedExchange | undefined {
    return this.#exchanges[this.#at];
  }

  /** Time passes until then, and never back. */
  reach(ms: number): void {
    this.#nowMs = Math.max(this.#nowMs, ms);
  }

  /** Whether the exchange so far ahead is this question. */
  asks(request: Request, ahead = 0): boolean {
    const exchange = this.#exchanges[this.#at + ahead];
    return exchange !== undefined &&
      this.#pduOf(exchange).toHex() === encodeRequest(request).toHex();
  }

  skip(): void {
    const exchange = this.next;
    if (exchange === undefined) return;
    this.skipped.push(exchange);
    this.#at++;
    // Nothing is in flight: all of it is stray, and a frame that has begun is read to its end.
    for (const { bytes } of [...exchange.received, ...exchange.late]) this.#take(bytes);
  }

  /** Nothing waits on it. */
  hasten(): void {}

  ask(unit: number, request: Request): Promise<Asked> {
    const found = Array.from({ length: SKIPPED_MAX + 1 }, (_, ahead) => ahead)
      .find((ahead) => this.asks(request, ahead));
    if (found === undefined) return Promise.reject(new NotRecorded(requestText(request)));
    for (let skips = 0; skips < found; skips++) this.skip();
    const exchange = this.#exchanges[this.#at++];
    return Promise.resolve(this.#play(unit, request, exchange));
  }

  #play(unit: number, request: Request, exchange: RecordedExchange): Asked {
    const { time, endedMs, received, late } = exchange;
    this.reach(Date.parse(time));
    const strayBytes = this.#framing.strayBytes;
    const [high, low] = bytesOf(exchange.sent);
    if (this.#framing instanceof RtuFraming) this.#framing.ask(unit, request);
    else this.#framing.ask(unit, request, high << 8 | low);
    let came: Uint8Array | Failure | null = null;
    const behind: number[] = [];
    for (const { bytes } of received) {
      const { answer, spoilt } = this.#take(bytes);
      if (came === null) came = answer ?? spoilt;
      else behind.push(...bytesOf(bytes));
    }
    this.#framing.forget();
    const isDoubled = !this.named && came instanceof Uint8Array &&
      speaks(Uint8Array.from(behind), unit, came[0]);
    const answer = concluded(request, came ?? NO_ANSWER, isDoubled);
    const clean = isClean(this.#framing.strayBytes - strayBytes);
    for (const { bytes } of late) this.#take(bytes);
    this.reach(Date.parse(time) + endedMs);
    const outcome = outcomeText(answer);
    if (outcome !== exchange.outcome) this.changed.push({ exchange, outcome });
    return { answer, answeredMs: this.#nowMs, latencyMs: endedMs, clean };
  }

  #take(bytes: string) {
    return this.#framing.take(bytesOf(bytes));
  }

  #pduOf({ sent }: RecordedExchange): Uint8Array {
    const frame = bytesOf(sent);
    return this.named ? frame.subarray(7) : frame.subarray(1, -2);
  }
}

function bytesOf(spaced: string): Uint8Array {
  return Uint8Array.fromHex(spaced.replaceAll(" ", ""));
}
