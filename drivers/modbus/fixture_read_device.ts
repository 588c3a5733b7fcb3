/** A device that is read at moments that a test chooses, and does with each request as it says. */
import type { Reading } from "../driver.ts";
import { openBus } from "./bus.ts";
import { answerTo, badServer, profileOf } from "./fixtures.ts";
import { GuardedUnit } from "./guarded_unit.ts";
import { PointReader, type Polled } from "./point_reader.ts";
import { modbusProfile, type PollClass } from "./profile.ts";
import { connectionSchema } from "./settings.ts";

/** Silent it is by the word of its gateway: that takes no time. */
type Does = "answers" | "refuses" | "is silent";

interface ReadPoint {
  readonly address: number;
  readonly poll?: PollClass;
  readonly type?: string;
  readonly faultIf?: readonly string[];
}

export class ReadDevice implements AsyncDisposable {
  readonly #stack: AsyncDisposableStack;
  readonly #reader: PointReader;
  #asked: string[] = [];
  nowMs = 0;
  does: (start: number, count: number) => Does = () => "answers";

  private constructor(
    stack: AsyncDisposableStack,
    open: (device: { readonly nowMs: number }) => PointReader,
  ) {
    this.#stack = stack;
    this.#reader = open(this);
  }

  /** Point `p7` is register 7, which holds 7. */
  static async open(points: readonly ReadPoint[]): Promise<ReadDevice> {
    await using opening = new AsyncDisposableStack();
    const server = opening.use(await badServer((request): Buffer => device.#answer(request)));
    const connection = { type: "tcp", host: "127.0.0.1", port: server.port };
    const bus = opening.use(await openBus(connectionSchema.parse(connection)));
    const registers = points.map(({ address, type = "uint16", faultIf = [] }) =>
      [`p${address}`, { address, type, faultIf }] as const
    );
    const { points: plain, ...head } = profileOf(Object.fromEntries(registers));
    const classes = new Map(points.map(({ address, poll }) => [`p${address}`, poll]));
    const own = plain.map((point) => ({ ...point, poll: classes.get(point.point) }));
    const profile = modbusProfile.parse({ ...head, points: own });
    const stack = opening.move();
    const device: ReadDevice = new ReadDevice(stack, (one) => {
      const unit = new GuardedUnit(bus, 1, profile, () => {}, () => one.nowMs);
      return new PointReader(unit, profile);
    });
    return device;
  }

  /** What it was asked for in a poll, how many values that brought, and the poll itself. */
  async poll(classes: readonly PollClass[] = ["normal"]) {
    this.#asked = [];
    const polled = await this.#reader.read(classes);
    const readings = polled.kind === "read" ? polled.readings : [];
    const good = readings.filter(({ quality }) => quality === "good").length;
    return { asked: this.#asked, good, told: toldBy(polled), polled };
  }

  #answer(request: Buffer): Buffer {
    const [start, count] = [request.readUInt16BE(8), request.readUInt16BE(10)];
    const does = this.does(start, count);
    this.#asked.push(`${start}+${count} ${does}`);
    if (does === "is silent") return answerTo(request, [0x83, 11]);
    if (does === "refuses") return answerTo(request, [0x83, 2]);
    const values = Array.from({ length: count }, (_, at) => [0, start + at]).flat();
    return answerTo(request, [3, values.length, ...values]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}

/** By point, its value, or why there is none. */
function toldBy(polled: Polled): Record<string, Reading["value"] | undefined> {
  if (polled.kind === "silent") return {};
  const told = polled.readings.map(({ point, value, reason }) => [point, value ?? reason]);
  return Object.fromEntries(told);
}
