/** A simulated Modbus device behind one line: it hears requests and answers, or does worse. */
import { type Faults, SimulationError } from "../simulated_faults.ts";
import type { Model } from "../simulation.ts";
import type { PacedSender } from "../serial/paced_sender.ts";
import type { ModbusProfile } from "./profile.ts";
import { refusal, RegisterBank } from "./register_bank.ts";
import type { Heard, ServedFraming } from "./served_framing.ts";

/**
 * silent: no answer; late: one after the driver's timeout; wrong-crc: one bit is not as it was
 * sent; exception: the device says that it failed; truncated: the answer ends in its midst;
 * noise: other bytes before and behind it; reboot: silence, then counters from zero.
 */
export const MODBUS_FAULTS = [
  "silent",
  "late",
  "wrong-crc",
  "exception",
  "truncated",
  "noise",
  "reboot",
] as const;
export type ModbusFault = typeof MODBUS_FAULTS[number];

export interface SimulatedModbus {
  readonly profile: ModbusProfile;
  readonly model: Model;
  /** The only one that it answers for; none: any, but for broadcasts on a serial line. */
  readonly unit?: number | undefined;
  readonly faults?: Faults<ModbusFault> | undefined;
  /** How long it is away when it restarts. */
  readonly restartMs?: number;
  /** How often its registers follow the model. */
  readonly stepMs?: number;
}

const STEP_MS = 200;
const RESTART_MS = 3000;
/** Server device failure. */
const FAILURE = 4;
const NOISE_BYTES_MAX = 8;
/** Of the time that an answer may come late. */
const LATE_LEAST = 0.1;
const LATE_MOST = 0.8;

export class SimulatedDevice implements Disposable {
  readonly #simulated: SimulatedModbus;
  readonly #bank: RegisterBank;
  readonly #restarted = new Set<() => void>();
  #bootMs = performance.now();
  #restarts = 0;
  #stepMs = -Infinity;
  #restarting: ReturnType<typeof setTimeout> | null = null;

  constructor(simulated: SimulatedModbus) {
    this.#simulated = simulated;
    this.#bank = new RegisterBank(simulated.profile);
  }

  /** Calls this whenever the device is back from a restart, and knows nothing of before. */
  onRestart(call: () => void): Disposable {
    this.#restarted.add(call);
    return { [Symbol.dispose]: () => void this.#restarted.delete(call) };
  }

  [Symbol.dispose](): void {
    if (this.#restarting !== null) clearTimeout(this.#restarting);
  }

  /** The fault that meets this request; `null` where it is not the device's, or nobody is there. */
  hears({ unit }: Heard, isSerial: boolean): { readonly fault: ModbusFault | null } | null {
    if (this.#restarting !== null) return null;
    const own = this.#simulated.unit;
    if (own === undefined ? isSerial && unit === 0 : unit !== own) return null;
    const nowMs = performance.now();
    if (nowMs - this.#stepMs >= (this.#simulated.stepMs ?? STEP_MS)) {
      this.#stepMs = nowMs;
      this.#bank.hold(this.#simulated.model(nowMs - this.#bootMs, this.#restarts));
    }
    return { fault: this.#simulated.faults?.next() ?? null };
  }

  answer(pdu: Uint8Array): Uint8Array {
    return this.#bank.answer(pdu);
  }

  restart(): void {
    this.#restarting = setTimeout(() => {
      this.#restarting = null;
      this.#restarts++;
      this.#bootMs = performance.now();
      this.#stepMs = -Infinity;
      for (const call of this.#restarted) call();
    }, this.#simulated.restartMs ?? RESTART_MS);
  }

  /** After so long a late answer comes: when nobody waits for it, and before it is forgotten. */
  lateMs(): number {
    const { timeoutMs, latenessMs } = this.#simulated.profile;
    const { random } = this.#faults();
    return timeoutMs + latenessMs * (LATE_LEAST + (LATE_MOST - LATE_LEAST) * random());
  }

  noise(): Uint8Array {
    return this.#faults().noise(NOISE_BYTES_MAX);
  }

  between(least: number, most: number): number {
    return this.#faults().between(least, most);
  }

  #faults(): Faults<ModbusFault> {
    const { faults } = this.#simulated;
    if (faults === undefined) throw new Error("A device without faults plays one");
    return faults;
  }
}

export interface Connected {
  readonly device: SimulatedDevice;
  readonly framing: ServedFraming;
  readonly sender: PacedSender;
  /** Of the line; 0 where it is no serial one. */
  readonly characterMs: number;
  /** Ends the connection, where there is one that can be ended. */
  readonly end: () => void;
}

/** The device at one connection. */
export class Conversation implements Disposable {
  readonly #connected: Connected;
  readonly #restarts: Disposable;

  constructor(connected: Connected) {
    const { device, sender, end } = connected;
    this.#connected = connected;
    this.#restarts = device.onRestart(() => {
      sender.silence();
      end();
    });
  }

  heard(bytes: Uint8Array): void {
    const { device, framing, characterMs } = this.#connected;
    for (const heard of framing.take(bytes)) {
      const met = device.hears(heard, characterMs > 0);
      if (met !== null) this.#answer(heard, met.fault);
    }
  }

  [Symbol.dispose](): void {
    this.#restarts[Symbol.dispose]();
    this.#connected.sender[Symbol.dispose]();
  }

  #answer(heard: Heard, fault: ModbusFault | null): void {
    const { device, framing, sender, characterMs, end } = this.#connected;
    // The request came at once; a line would have needed so long for it.
    const afterMs = heard.bytes * characterMs;
    const frame = () => framing.frame(heard, device.answer(heard.pdu));
    switch (fault) {
      case null:
        return sender.say(frame(), afterMs);
      case "silent":
        return;
      case "late": {
        const bytes = frame();
        return sender.say(bytes, afterMs + bytes.length * characterMs + device.lateMs());
      }
      case "wrong-crc": {
        const bytes = frame();
        bytes[device.between(3, bytes.length - 1)] ^= 1 << device.between(0, 7);
        return sender.say(bytes, afterMs);
      }
      case "exception":
        return sender.say(framing.frame(heard, refusal(heard.pdu[0], FAILURE)), afterMs);
      case "truncated": {
        const bytes = frame();
        sender.say(bytes.subarray(0, device.between(1, bytes.length - 1)), afterMs);
        return end();
      }
      case "noise":
        sender.say(device.noise(), afterMs);
        sender.say(frame(), afterMs);
        return sender.say(device.noise(), afterMs);
      case "reboot":
        sender.silence();
        return device.restart();
    }
  }
}

/** Refuses faults that a line of this kind cannot have. */
export function refuseFaults(
  asked: readonly { readonly fault: ModbusFault }[],
  isSerial: boolean,
): void {
  if (isSerial || !asked.some(({ fault }) => fault === "wrong-crc")) return;
  throw new SimulationError("Modbus TCP has no CRC: give wrong-crc a serial line");
}
