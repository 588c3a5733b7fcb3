/**
 * Where writes come in from outside, whether or not the line runs at the moment. A write is read
 * first, sent once, and read back: what the register holds then is what counts, not the answer.
 */
import { DeviceError, type Reading } from "../driver.ts";
import { type Answer, exceptionText, isSilence } from "./answer.ts";
import type { GuardedUnit } from "./guarded_unit.ts";
import { type Block, planBlocks } from "./plan.ts";
import { decodeBlock } from "./point_reader.ts";
import type { PolledDevice } from "./polled_device.ts";
import type { ModbusPoint } from "./profile.ts";
import type { WriteRequest } from "./request.ts";
import type { ModbusDevice } from "./settings.ts";
import { writeRequest, type WriteValue } from "./write_request.ts";

export type WriteOutcome =
  /** Read back, the register holds the value. */
  | { readonly kind: "confirmed"; readonly readBack: Reading }
  /** The device answered that it will not. */
  | { readonly kind: "refused"; readonly reason: string }
  /** The device has taken something, and holds another value. */
  | { readonly kind: "otherwise"; readonly readBack: Reading; readonly reason: string }
  /** Nobody can say whether it was done, or will be. */
  | { readonly kind: "unknown"; readonly readBack: Reading | null; readonly reason: string }
  | { readonly kind: "not-sent"; readonly reason: string };

/** What may be sent: nothing was written yet. */
export interface PreparedWrite {
  readonly kind: "prepared";
  /** What the register held a moment ago. */
  readonly from: Reading;
  /** To be called once; never throws for what a device or a line does. */
  readonly send: () => Promise<WriteOutcome>;
}

/** Why a write is none, whatever the device does: nothing is sent for it. */
export type WriteRefusal =
  /** The profile has no such point, or does not say how it is written. */
  | { readonly kind: "not-writable"; readonly reason: string }
  /** The site's configuration does not permit it. */
  | { readonly kind: "not-permitted" }
  | { readonly kind: "bad-value"; readonly reason: string };

export type Preparation =
  | PreparedWrite
  | WriteRefusal
  /** Its register cannot be read now, so that nothing could be confirmed. */
  | { readonly kind: "unreachable"; readonly reason: string };

/** So often a register is read until it is answered. */
const READS_MAX = 3;

export class WritePort {
  readonly #devices: ReadonlyMap<string, ModbusDevice>;
  #line: readonly PolledDevice[] = [];

  constructor(devices: readonly ModbusDevice[]) {
    this.#devices = new Map(devices.map((device) => [device.id, device]));
  }

  /** Devices whose line runs, until it is disposed. */
  attach(devices: readonly PolledDevice[]): Disposable {
    this.#line = devices;
    return { [Symbol.dispose]: () => void (this.#line = []) };
  }

  /** From one write to the next at least, as configured. */
  intervalMs(device: string): number {
    return (this.#devices.get(device)?.writeIntervalSeconds ?? 0) * 1000;
  }

  /** What neither profile nor configuration let be written; `null` where they do. */
  refusal(id: string, name: string, value: WriteValue): WriteRefusal | null {
    const permitted = this.#permitted(id, name, value);
    return permitted.kind === "permitted" ? null : permitted;
  }

  /** Reads what a point holds, as the first step of a write. */
  async prepare(id: string, name: string, value: WriteValue): Promise<Preparation> {
    const permitted = this.#permitted(id, name, value);
    if (permitted.kind !== "permitted") return permitted;
    const { device, point, request, settleMs } = permitted;
    const polled = this.#line.find((one) => one.device.id === id);
    if (polled === undefined) return { kind: "unreachable", reason: "its line is not connected" };
    const [block] = planBlocks(device.profile, [point]);
    const { timeoutMs } = device.profile;
    const write = { unit: polled.unit, block, request, value, settleMs, timeoutMs };
    const from = await despiteLine(() => readBack(write));
    return typeof from === "string"
      ? { kind: "unreachable", reason: from }
      : { kind: "prepared", from, send: () => send(write) };
  }

  #permitted(id: string, name: string, value: WriteValue): Permitted | WriteRefusal {
    const device = this.#devices.get(id);
    const point = device?.profile.points.find(({ point }) => point === name);
    if (device === undefined || point?.write === undefined) {
      return { kind: "not-writable", reason: writableText(device) };
    }
    if (!device.writes.includes(name)) return { kind: "not-permitted" };
    const request = writeRequest(point, device.profile, value);
    return typeof request === "string"
      ? { kind: "bad-value", reason: request }
      : { kind: "permitted", device, point, request, settleMs: point.write.settleMs };
  }
}

interface Permitted {
  readonly kind: "permitted";
  readonly device: ModbusDevice;
  readonly point: ModbusPoint;
  readonly request: WriteRequest;
  readonly settleMs: number;
}

interface Write {
  readonly unit: GuardedUnit;
  readonly block: Block;
  readonly request: WriteRequest;
  readonly value: WriteValue;
  readonly settleMs: number;
  readonly timeoutMs: number;
}

function writableText(device: ModbusDevice | undefined): string {
  const names = (device?.profile.points ?? []).filter(({ write }) => write !== undefined)
    .map(({ point }) => point);
  const found = names.length === 0 ? "none" : names.join(", ");
  return `its profile "${device?.profile.profile}" declares as writable: ${found}`;
}

async function send(write: Write): Promise<WriteOutcome> {
  const { unit, request, value, settleMs, timeoutMs } = write;
  const answer = await despiteLine(() => unit.write(request, { timeoutMs, urgent: true }));
  if (typeof answer === "string") return { kind: "unknown", readBack: null, reason: answer };
  if (answer.kind === "failed" && answer.code === "waiting") {
    return { kind: "not-sent", reason: answer.reason };
  }
  if (answer.kind === "exception" && !isUndecided(answer.code)) {
    return { kind: "refused", reason: exceptionText(answer.code) };
  }
  const trouble = troubleOf(answer);
  await elapsed(settleMs);
  const found = await despiteLine(() => readBack(write));
  if (typeof found === "string") {
    const reason = `${trouble ?? "it was answered"}; not read back: ${found}`;
    return { kind: "unknown", readBack: null, reason };
  }
  if (found.value === value) return { kind: "confirmed", readBack: found };
  const reason = [trouble, found.reason].filter((one) => one !== undefined && one !== null)
    .join("; ");
  const kind = isHeard(answer) ? "otherwise" : "unknown";
  return { kind, readBack: found, reason: reason || "the register holds another value" };
}

/** The device may still do it, or have done a part: device failure, acknowledge, a gateway's. */
function isUndecided(code: number): boolean {
  return code === 4 || code === 5 || isSilence(code);
}

/** Whether the device has answered this write at once, be it in other words or spoilt. */
function isHeard(answer: Answer): boolean {
  return answer.kind === "written" || (answer.kind === "failed" && answer.code !== "timeout");
}

function troubleOf(answer: Answer): string | null {
  if (answer.kind === "failed") return answer.reason;
  return answer.kind === "exception" ? exceptionText(answer.code) : null;
}

/** Reads the point's register; text says why it could not be. */
async function readBack({ unit, block, timeoutMs }: Write): Promise<Reading | string> {
  let reason = "";
  for (let reads = 0; reads < READS_MAX; reads++) {
    // While an answer to an earlier question may come, none is believed.
    await elapsed(unit.waitsUntilMs - performance.now());
    const { answer } = await unit.read(block, { timeoutMs, urgent: true });
    if (answer.kind === "failed") reason = answer.reason;
    else if (answer.kind !== "exception") return decodeBlock(block, answer)[0][1];
    else if (isSilence(answer.code)) reason = exceptionText(answer.code);
    else return exceptionText(answer.code);
  }
  return reason;
}

/** A line that breaks is told as text. */
async function despiteLine<T>(ask: () => Promise<T>): Promise<T | string> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof DeviceError) return error.message;
    throw error;
  }
}

async function elapsed(ms: number): Promise<void> {
  if (ms <= 0) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, ms);
  await promise;
}
