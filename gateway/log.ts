/**
 * The log: one JSON line an event on standard error, no personal data. A line is one kind of a
 * union, so that what is logged, and with which fields, can be read here.
 */
import type { RefusalCode } from "../drivers/driver.ts";

export type LogLine =
  | { kind: "started"; node: string; role: string; origin: string; version: string }
  | { kind: "ready"; node: string; url: string; milliseconds: number }
  | { kind: "stopping"; reason: string }
  | { kind: "stopped" }
  | { kind: "owner-link"; url: string }
  | { kind: "source-up"; source: string; detail: string }
  | { kind: "source-down"; source: string; reason: string; attempts: number; waitMs: number }
  | { kind: "device"; device: string; state: string; reason: string }
  | { kind: "refusal"; source: string; code: RefusalCode; who: string; detail: string }
  | { kind: "no-data" | "data-again"; device: string; silentSeconds: number | null }
  | { kind: "request"; source: string; what: string; who: string; reason: string }
  | { kind: "device-write"; device: string; point: string; state: string }
  | { kind: "unreadable"; source: string; device: string; reason: string }
  | { kind: "key-conflict"; device: string; id: string }
  | { kind: "link-up"; destination: string }
  | { kind: "link-down"; destination: string; reason: string; hint: string | null }
  | { kind: "stream-blocked"; destination: string; stream: string; origin: string; reason: string }
  | { kind: "sync-refused"; from: string | null; code: string }
  | { kind: "run-refused"; from: string; origin: string; stream: string; reason: string }
  | { kind: "twins"; node: string; boxes: readonly { origin: string; remote: string | null }[] }
  | { kind: "gap"; from: string; origin: string; stream: string; first: number; last: number }
  | {
    kind: "gap-told";
    destination: string;
    origin: string;
    stream: string;
    first: number;
    last: number;
  }
  | { kind: "life"; reason: string; origin: string }
  | { kind: "fork"; centre: string; origin: string; stream: string; common: number }
  | { kind: "pull-refused"; from: string; origin: string; stream: string; reason: string }
  | { kind: "pull-failed"; from: string; reason: string }
  | { kind: "centre-lost"; centre: string; reason: string }
  | { kind: "centre-returned"; centre: string; reason: string }
  | { kind: "centre-key"; centre: string; by: string }
  | { kind: "enrolled"; node: string; role: string }
  | { kind: "invited"; node: string; role: string }
  | { kind: "setup-link"; account: string }
  | { kind: "pruned"; segments: number }
  | { kind: "rekeyed"; given: string | null }
  | { kind: "blobs-removed"; files: number }
  | { kind: "blob-lost"; hash: string; reason: string }
  | { kind: "blob-set-aside"; destination: string; hash: string; reason: string }
  | { kind: "projection-rebuilt"; reason: string }
  | { kind: "tables-rebuilt"; projections: string; changedRows: number }
  | { kind: "review-queue-rebuilt" | "review-queue-failed"; reason: string }
  | { kind: "review-waiting"; level: string; waiting: number; escalated: number }
  | { kind: "webhook"; works: boolean; reason: string }
  | { kind: "webhook-left-out"; changes: number; reason: string }
  | { kind: "notification"; contact: string; channel: string; outcome: string; detail: string }
  | { kind: "channel"; channel: string; works: boolean; reason: string }
  | { kind: "prescription-stuck"; site: string; reason: string }
  | { kind: "rules-released" | "rules-switched"; release: string; number: number }
  | { kind: "rules-refused"; release: string; number: number; reason: string }
  | { kind: "request-failed"; method: string; path: string; error: string }
  | { kind: "not-stored"; source: string; stream: string; reason: string }
  | { kind: "disk"; state: string; usedPercent: number; freeBytes: number; daysLeft: number | null }
  | { kind: "clock-step" | "clock-drift"; deltaMs: number }
  | { kind: "clock-trusted"; shiftMs: number }
  | { kind: "disk-failure"; error: string }
  | { kind: "journal-unwritable"; reason: string }
  | { kind: "journal-writable"; seconds: number }
  | { kind: "failed"; error: string; stack: string | undefined };

export type Level = "info" | "warning" | "error";

/** How loud each kind is; a kind without a level does not compile. */
const LEVELS: Record<LogLine["kind"], Level> = {
  "started": "info",
  "ready": "info",
  "stopping": "info",
  "stopped": "info",
  "owner-link": "info",
  "source-up": "info",
  "source-down": "warning",
  "device": "info",
  "refusal": "warning",
  "no-data": "warning",
  "data-again": "info",
  "request": "warning",
  "device-write": "info",
  "unreadable": "warning",
  "key-conflict": "warning",
  "link-up": "info",
  "link-down": "warning",
  "stream-blocked": "warning",
  "sync-refused": "warning",
  "run-refused": "warning",
  "twins": "error",
  "gap": "error",
  "gap-told": "error",
  "life": "warning",
  "fork": "error",
  "pull-refused": "warning",
  "pull-failed": "warning",
  "centre-key": "warning",
  "centre-lost": "warning",
  "centre-returned": "info",
  "enrolled": "info",
  "invited": "info",
  "setup-link": "info",
  "pruned": "info",
  "rekeyed": "info",
  "blobs-removed": "info",
  "blob-lost": "error",
  "blob-set-aside": "warning",
  "projection-rebuilt": "warning",
  "tables-rebuilt": "info",
  "review-queue-rebuilt": "warning",
  "review-queue-failed": "error",
  "review-waiting": "warning",
  webhook: "warning",
  "webhook-left-out": "warning",
  notification: "info",
  channel: "warning",
  "prescription-stuck": "warning",
  "rules-released": "info",
  "rules-switched": "info",
  "rules-refused": "error",
  "request-failed": "error",
  "not-stored": "warning",
  "disk": "error",
  "clock-step": "warning",
  "clock-drift": "warning",
  "clock-trusted": "info",
  "disk-failure": "warning",
  "journal-unwritable": "error",
  "journal-writable": "info",
  "failed": "error",
};

/** Writes one event; what else is to be told of it stands in the line itself. */
export type Log = (line: LogLine) => void;

/** Lines of one kind and subject told at most so often; what is held back is counted. */
const REPEAT_MS = 60_000;
const REMEMBERED_MAX = 1000;

/** Loud repeats, such as a refused client that tries every second, are told once a minute. */
export function createLog(write: (text: string) => void, nowMs: () => number): Log {
  const told = new Map<string, { atMs: number; heldBack: number }>();
  return (line) => {
    const level = LEVELS[line.kind];
    const subject = JSON.stringify(line, (key, value) => VARYING.has(key) ? undefined : value);
    const before = told.get(subject);
    if (level === "warning" && before !== undefined && nowMs() - before.atMs < REPEAT_MS) {
      before.heldBack++;
      return;
    }
    if (told.size >= REMEMBERED_MAX) told.clear();
    told.set(subject, { atMs: nowMs(), heldBack: 0 });
    const heldBack = before?.heldBack ? { repeats: before.heldBack } : {};
    const time = new Date().toISOString();
    write(`${JSON.stringify({ time, level, ...line, ...heldBack })}\n`);
  };
}

/** Fields that differ between repeats of one event. */
const VARYING = new Set(["attempts", "waitMs", "detail", "milliseconds"]);

/** Writes to standard error, where systemd's journal takes it from. */
export function stderrLog(): Log {
  const encoder = new TextEncoder();
  return createLog((text) => Deno.stderr.writeSync(encoder.encode(text)), () => performance.now());
}
