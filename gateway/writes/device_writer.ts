/**
 * Writes to devices for persons (C12). Who writes what and why is on disk before anything is
 * sent, and what became of it behind it; what is not known stays unknown and is not repeated.
 */
import type { WriteOutcome, WritePort } from "../../drivers/mod.ts";
import type { NewEntry } from "../../sync/append.ts";
import { type Journal, JournalUnwritable } from "../../sync/journal.ts";
import type { Problem } from "../../sync/problem.ts";
import type { Admission } from "../admission.ts";
import type { Clock } from "../clock.ts";
import { keyed, newEntry } from "../collected_entry.ts";
import type { SiteConfig } from "../config.ts";
import type { Counters } from "../counters.ts";
import type { Log } from "../log.ts";
import type { Source } from "../supervise.ts";
import type { QueryTables } from "../tables.ts";
import {
  type OutcomeBody,
  viewOf,
  WRITE,
  WRITE_OUTCOME,
  type WriteBody,
  type WriteView,
} from "./device_writes.ts";
import * as problems from "./write_problems.ts";
import { unsettledWrites, writeOf } from "./write_tables.ts";

export interface WriteOrder extends Pick<WriteBody, "id" | "device" | "point" | "reason" | "who"> {
  readonly value: number | boolean;
}

export type WriteResult =
  /** It was done now, whatever became of it; or, `known`, at an earlier time under this id. */
  | { readonly kind: "done" | "known"; readonly write: WriteView }
  /** Nothing was sent. */
  | { readonly kind: "problem"; readonly problem: Problem };

interface Parts {
  readonly journal: Journal;
  readonly admission: Admission;
  readonly tables: QueryTables;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly log: Log;
}

export class DeviceWriter {
  readonly #config: SiteConfig;
  readonly #sources: readonly Source[];
  readonly #parts: Parts;
  /** Devices with a write under way. */
  readonly #busy = new Set<string>();
  /** When each was written last, on the clock of `performance.now()`. */
  readonly #lastMs = new Map<string, number>();
  /** Outcomes that the disk did not take yet; a device owes one at most. */
  readonly #owed = new Map<string, NewEntry>();
  #recalled = false;

  constructor(config: SiteConfig, sources: readonly Source[], parts: Parts) {
    this.#config = config;
    this.#sources = sources;
    this.#parts = parts;
  }

  /** Settles what an earlier run left open, then what the disk did not take, until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    if (!this.#recalled) await this.#recall(signal);
    for await (const { state } of this.#parts.journal.healthChanges(signal)) {
      if (state === "writable") await this.#payOwed();
    }
  }

  /** Rejects when the disk takes nothing: then nothing was sent, or its outcome is told later. */
  async write(order: WriteOrder): Promise<WriteResult> {
    const { device } = order;
    const port = this.#portOf(device);
    if (!("prepare" in port)) return { kind: "problem", problem: port };
    if (!this.#recalled) return { kind: "problem", problem: problems.STARTING };
    if (this.#busy.has(device)) return { kind: "problem", problem: problems.underWay(device) };
    this.#busy.add(device);
    try {
      return await this.#written(port, order);
    } finally {
      this.#busy.delete(device);
    }
  }

  async #written(port: WritePort, order: WriteOrder): Promise<WriteResult> {
    const { journal, tables } = this.#parts;
    const { id, device, point, value, reason, who } = order;
    await this.#payOwed();
    await tables.caughtUp(journal);
    const known = await writeOf(tables, this.#config.node, id);
    if (known !== null) return knownAs(known, order);
    const refusal = port.refusal(device, point, value);
    if (refusal !== null) {
      return { kind: "problem", problem: problems.notPrepared(refusal, order, this.#config) };
    }
    const waitMs = (this.#lastMs.get(device) ?? -Infinity) + port.intervalMs(device) -
      performance.now();
    if (waitMs > 0) return { kind: "problem", problem: problems.tooSoon(device, waitMs) };
    const prepared = await port.prepare(device, point, value);
    if (prepared.kind !== "prepared") {
      return { kind: "problem", problem: problems.notPrepared(prepared, order, this.#config) };
    }
    const { from } = prepared;
    const body = { id, device, point, from: from.value, to: value, unit: from.unit, reason, who };
    const intended = await this.#intend(body);
    if (intended === null) return { kind: "problem", problem: problems.idUsed(id) };
    this.#lastMs.set(device, performance.now());
    const outcome = outcomeOf(body, await prepared.send());
    await this.#tell(outcome);
    return { kind: "done", write: viewOf(body, intended, outcome) };
  }

  /** Puts it on disk, and resolves with when; `null` where the id was there already. */
  async #intend(body: WriteBody): Promise<number | null> {
    const { admission, clock } = this.#parts;
    const { id, device, point, to, reason } = body;
    const time = clock.now();
    const bytes = new TextEncoder().encode(JSON.stringify([device, point, to, reason]));
    const entry = keyed(newEntry("audit", WRITE, time, body), {
      channel: WRITE,
      id,
      bytes,
      windowMs: null,
      restarts: false,
    });
    const [{ kind }] = await admission.append([entry], time);
    return kind === "stored" ? time.wallMs : null;
  }

  async #tell(outcome: OutcomeBody): Promise<void> {
    const { clock, counters, log } = this.#parts;
    const { device, point, state } = outcome;
    counters.add("tributary_device_writes_total", { device, state });
    log({ kind: "device-write", device, point, state });
    this.#owed.set(device, newEntry("audit", WRITE_OUTCOME, clock.now(), outcome));
    await this.#payOwed();
  }

  async #payOwed(): Promise<void> {
    const { admission, clock } = this.#parts;
    for (const [device, entry] of this.#owed) {
      // Taken out before it is on its way: whoever else pays must not tell it again.
      this.#owed.delete(device);
      try {
        await admission.append([entry], clock.now());
      } catch (error) {
        if (error instanceof JournalUnwritable) this.#owed.set(device, entry);
        throw error;
      }
    }
  }

  /** A write that was under way when the node stopped: nobody knows, and it is not repeated. */
  async #recall(signal: AbortSignal): Promise<void> {
    const { journal, tables, admission, clock, log } = this.#parts;
    await tables.caughtUp(journal, signal);
    if (signal.aborted) return;
    const time = clock.now();
    const open = await unsettledWrites(tables, this.#config.node);
    const outcomes = open.map(({ id, device, point }): OutcomeBody => ({
      id,
      device,
      point,
      state: "unknown",
      readBack: null,
      detail: "the node stopped before it was known",
    }));
    const entries = outcomes.map((body) => newEntry("audit", WRITE_OUTCOME, time, body));
    if (entries.length > 0) await admission.append(entries, time);
    for (const { device, point, state } of outcomes) {
      log({ kind: "device-write", device, point, state });
    }
    this.#recalled = true;
  }

  #portOf(device: string): WritePort | Problem {
    const source = this.#sources.find(({ devices }) => devices.includes(device));
    if (source === undefined) {
      return problems.noSuchDevice(device, this.#sources.flatMap(({ devices }) => devices));
    }
    return source.writes ?? problems.otherProtocol(device, source.driver);
  }
}

function knownAs(known: WriteView, order: WriteOrder): WriteResult {
  const { device, point, to, reason } = known;
  const same = device === order.device && point === order.point && to === order.value &&
    reason === order.reason;
  if (same) return { kind: "known", write: known };
  return { kind: "problem", problem: problems.idUsed(order.id) };
}

function outcomeOf(
  { id, device, point }: WriteBody,
  outcome: WriteOutcome,
): OutcomeBody {
  const detail = "reason" in outcome ? outcome.reason : null;
  const readBack = "readBack" in outcome ? outcome.readBack?.value ?? null : null;
  return { id, device, point, state: outcome.kind, readBack, detail };
}
