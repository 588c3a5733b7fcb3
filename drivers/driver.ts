/**
 * The driver contract. A driver speaks one field protocol: it turns what devices say into items,
 * hands them over in batches, and acknowledges to the device only what came back as stored.
 *
 * It throws when device or line fails, and ends; it never retries, schedules across runs, or
 * logs. The supervisor does that for all drivers alike.
 */
import type { z } from "zod";

/** How far a value may be believed. A reader adds `stale` when it grows old. */
export type Quality = "good" | "uncertain" | "fault";

/** One value of one measuring point. */
export interface Reading {
  readonly point: string;
  /** `null` where there is none: a fault is no value. */
  readonly value: number | string | boolean | null;
  /** UCUM code; `""` for text and switches, `1` for a pure number. */
  readonly unit: string;
  readonly quality: Quality;
  /** Why the quality is not good. */
  readonly reason?: string;
  /** The device did not tell it: it follows from what it told. */
  readonly computed?: true;
}

/** What a sender named its message, so that it is stored once (rule T2). */
export interface Identity {
  /** Within which the id counts. */
  readonly channel: string;
  readonly id: string;
  /** The bytes that the id stands for. */
  readonly bytes: Uint8Array;
  /** How long the id is held against repeats, milliseconds; `null` until it is released. */
  readonly windowMs: number | null;
  /** Ids begin anew after a restart of the sender: other bytes under one are stored and flagged. */
  readonly restarts: boolean;
}

/** How a protocol numbers what is on its way: what is sent again has the same number again. */
export interface Delivery {
  /** When the sender's connection began, on the clock of `performance.now()`: tells it apart. */
  readonly connectedMs: number;
  readonly number: number;
  /** Of a message of several items: which one this is, from 0. */
  readonly part?: number;
}

/** What a device said at one moment: one poll or one publish, with all its points. */
export interface ReadingItem {
  readonly kind: "reading";
  readonly device: string;
  readonly readings: readonly Reading[];
  /** The device's own clock, milliseconds since 1970 UTC; `null` where it says none. */
  readonly deviceMs: number | null;
  /** When it came, or the first part of it, on the clock of `performance.now()`. */
  readonly receivedMs: number;
  readonly identity: Identity | null;
  /** It may be there already, and there is no way to know. */
  readonly possibleDuplicate: boolean;
  /** Where the protocol has it and nothing better tells repeats: not every sender says them. */
  readonly delivery?: Delivery;
  /** Its sender keeps it until it is acknowledged: what is not stored now will come again. */
  readonly kept?: true;
  /** Told late, as of `deviceMs`, says its sender: it is not what is now. */
  readonly historical?: true;
  /** Why it may be of some time ago: where its own time does not tell, it is uncertain. */
  readonly doubt?: string;
}

/** What a known device sent and nobody could read: kept as it came, never dropped. */
export interface UnreadableItem extends Omit<ReadingItem, "kind" | "readings" | "deviceMs"> {
  readonly kind: "unreadable";
  /** What it was addressed to: a topic, a register block. */
  readonly address: string;
  readonly bytes: Uint8Array;
  readonly reason: string;
}

/** A file that somebody dropped, whole. */
export interface FileItem {
  readonly kind: "file";
  /** Whose file it is. */
  readonly device: string;
  readonly name: string;
  readonly bytes: Uint8Array;
  /** SHA-256 of its bytes, hexadecimal. */
  readonly hash: string;
  /** When it was written, as its file system says, milliseconds since 1970 UTC. */
  readonly writtenMs: number | null;
  /** When it was read, on the clock of `performance.now()`. */
  readonly receivedMs: number;
}

/** A device came, went, or answers badly. */
export interface StateItem {
  readonly kind: "state";
  readonly device: string;
  readonly state: DeviceState;
  readonly reason: string;
  readonly receivedMs: number;
}

export type DeviceState = "online" | "degraded" | "offline";

/** The driver's own line changed: shown, not stored. */
export interface LineItem {
  readonly kind: "line";
  /** `listening on 0.0.0.0:1883`, `connected to mqtt://10.0.0.5:1883`. */
  readonly detail: string;
}

/** The driver asked a device for something beside its values: counted and told, not stored. */
export interface RequestItem {
  readonly kind: "request";
  /** `rebirth`: a Sparkplug edge node for its births. */
  readonly what: "rebirth";
  readonly who: string;
  readonly reason: string;
}

/** What is counted of a device that is asked, beside the time until it answered. */
export const STATISTICS = [
  "requests",
  "answers",
  "timeouts",
  "crcErrors",
  /** Answers to another question, of another unit, or two to one. */
  "mismatches",
  "exceptions",
  /** Polls that were due while the line, or the device, was still busy with one before. */
  "leftOut",
] as const;
export type Statistic = typeof STATISTICS[number];

/** What was counted of a device since the last such item: shown, not stored. */
export interface StatisticsItem {
  readonly kind: "statistics";
  readonly device: string;
  readonly counts: Readonly<Record<Statistic, number>>;
  /** From question to answer, the sum over all answers. */
  readonly latencyMs: number;
}

/** Bytes of a line since the last such item that belong to nothing that was asked: counted. */
export interface NoiseItem {
  readonly kind: "noise";
  readonly strayBytes: number;
}

/** Something was turned away: counted, listed, and told once. */
export interface RefusalItem {
  readonly kind: "refusal";
  /** Names the kind of refusal to programs. */
  readonly code: RefusalCode;
  /** Who was refused: a client id, a device, an address. */
  readonly who: string;
  /** What was found and what to do about it. */
  readonly detail: string;
}

export const REFUSAL_CODES = [
  "unknown-client",
  "wrong-password",
  "wrong-certificate",
  "unsupported-protocol",
  "not-allowed",
  "unknown-device",
  "too-large",
  "too-many",
  "malformed",
  /** A known device sent it; it was stored as it came. */
  "unreadable",
] as const;
export type RefusalCode = typeof REFUSAL_CODES[number];

/** Forgets an identity's id (`id: ""`: all of its channel). */
export interface ReleaseItem {
  readonly kind: "release";
  readonly channel: string;
  readonly id: string;
}

/** The device has taken leave in good order: nothing that it sent so far will come again. */
export interface SettledItem {
  readonly kind: "settled";
  readonly device: string;
}

export type Item =
  | ReadingItem
  | UnreadableItem
  | FileItem
  | StateItem
  | LineItem
  | RequestItem
  | StatisticsItem
  | NoiseItem
  | RefusalItem
  | ReleaseItem
  | SettledItem;

/** What became of an item. What is refused or unavailable is not acknowledged to the device. */
export type Outcome =
  | { readonly kind: "stored" }
  /** The same id with the same bytes was there already. */
  | { readonly kind: "duplicate" }
  /** Its profile keeps changes, and this is what was stored last: acknowledged, not stored. */
  | { readonly kind: "unchanged" }
  /** It can not be taken, however often it is offered. */
  | { readonly kind: "refused"; readonly reason: string }
  /** There is no room for it now. A driver whose device keeps it may offer it again, later. */
  | { readonly kind: "unavailable"; readonly reason: string };

export type Batch = readonly Item[];

/**
 * Batches until the signal aborts. `const outcomes = yield batch` resumes when the batch is on
 * disk, with one outcome per item; an abort or a throw never acknowledges.
 */
export type Run = AsyncGenerator<Batch, void, readonly Outcome[]>;

export interface Driver<S> {
  /** Its name in configuration. */
  readonly kind: string;
  readonly settings: z.ZodType<S>;
  /** Throws {@link DeviceError} when device or line fails. */
  run(settings: S, signal: AbortSignal): Run;
}

/** Device or line failed: the supervisor tries again. */
export class DeviceError extends Error {
  override name = "DeviceError";
}
