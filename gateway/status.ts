/** How a node is doing: for the command, the API, the console and the metrics alike. */
import type { ClockState, Stamp } from "../sync/entry.ts";
import { type BlobsView, blobsView } from "./blobs/blobs_view.ts";
import type { BlobCourier } from "./blobs/courier.ts";
import type { CentreLink } from "./centre_link.ts";
import type { Concern } from "./concern.ts";
import type { Counters } from "./counters.ts";
import type { DiskView } from "./disk_watch.ts";
import type { CentreLoss } from "./known_losses.ts";
import type { Node } from "./node.ts";
import type { Supervisor } from "./supervise.ts";

export interface SourceView {
  readonly name: string;
  readonly driver: string;
  readonly devices: readonly string[];
  readonly state: "starting" | "running" | "waiting";
  readonly detail: string;
  readonly sinceSeconds: number;
  readonly attempts: number;
  readonly nextTrySeconds: number | null;
  /** Bytes since the start of this process that belong to nothing that was asked. */
  readonly strayBytes: number;
  /** Polls of its devices since then that were left out because it, or the device, was busy. */
  readonly leftOutPolls: number;
}

/** A destination and what waits for it (rule T8). */
export type LinkView = {
  readonly destination: string;
  readonly state: "not-enrolled";
  readonly hint: string;
} | {
  readonly destination: string;
  readonly state: "connecting" | "up" | "down";
  readonly sinceSeconds: number;
  readonly reason: string | null;
  readonly hint: string | null;
  /** Whether a wrong clock of this node is the likely cause. */
  readonly clockSuspected: boolean;
  readonly attempts: number;
  readonly nextTrySeconds: number | null;
  readonly waitingEntries: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  readonly oldestWaitingSeconds: number | null;
  readonly blocked: readonly {
    readonly origin: string;
    readonly stream: string;
    readonly reason: string;
    readonly attempts: number;
    readonly nextTrySeconds: number;
  }[];
};

export interface PositionView {
  readonly origin: string;
  readonly stream: string;
  readonly seq: number;
  /** Hexadecimal. */
  readonly hash: string;
}

export interface NodeStatus {
  readonly node: string;
  readonly role: "site" | "county";
  readonly title: { readonly zh: string; readonly en: string };
  readonly version: string;
  readonly origin: string;
  readonly upSeconds: number;
  readonly clock: ClockState;
  readonly journal: { readonly bytes: number; readonly segments: number };
  readonly retentionDays: number;
  readonly disk: DiskView;
  readonly sources: readonly SourceView[];
  readonly links: readonly LinkView[];
  readonly blobs: BlobsView;
  readonly refusals: number;
  /** Centres that an operator has declared lost. */
  readonly lostCentres: readonly CentreLoss[];
  readonly positions: readonly PositionView[];
  /** Of its domains. */
  readonly concerns: readonly Concern[];
}

export interface StatusParts {
  readonly node: Node;
  readonly supervisors: readonly Supervisor[];
  readonly links: readonly CentreLink[];
  readonly couriers: readonly BlobCourier[];
  /** Of its domains; none: nothing is told. */
  readonly concerns?: () => readonly Concern[];
  readonly startedMs: number;
  readonly version: string;
}

export async function statusOf(parts: StatusParts): Promise<NodeStatus> {
  const { node, supervisors, links, couriers, concerns, startedMs, version } = parts;
  const { config, journal, clock, disk, refusals } = node;
  const nowMs = performance.now();
  const stamp = clock.now();
  return {
    node: config.node,
    role: config.role,
    title: config.title,
    version,
    origin: journal.origin,
    upSeconds: Math.round((nowMs - startedMs) / 1000),
    clock: stamp.clock,
    journal: await journal.status(),
    retentionDays: config.journal.retentionDays,
    disk: disk.view(),
    sources: supervisors.map((supervisor) => sourceView(supervisor, nowMs, node.counters)),
    links: links.map((link) => linkView(link, nowMs, stamp)),
    blobs: blobsView(node.blobs, couriers, { nowMs, wallMs: stamp.wallMs }),
    refusals: refusals.list().length,
    lostCentres: node.losses.list().filter(({ lost }) => lost),
    positions: journal.positions().map(({ origin, stream, seq, hash }) => ({
      origin,
      stream,
      seq,
      hash: hash.toHex(),
    })),
    concerns: concerns?.() ?? [],
  };
}

function sourceView(supervisor: Supervisor, nowMs: number, counters: Counters): SourceView {
  const { sinceMs, nextTryMs, ...rest } = supervisor.status();
  const leftOut = rest.devices.map((device) =>
    counters.value("tributary_device_polls_left_out_total", { device })
  );
  return {
    ...rest,
    sinceSeconds: Math.round((nowMs - sinceMs) / 1000),
    nextTrySeconds: secondsUntil(nextTryMs, nowMs),
    strayBytes: counters.value("tributary_stray_bytes_total", { source: rest.name }),
    leftOutPolls: leftOut.reduce((sum, polls) => sum + polls, 0),
  };
}

/** What a certificate is refused for when the clock is wrong: its dates, and nothing else. */
const REFUSED_BY_DATE = /certificate (has expired|is good from)/;

/** The hint of a link that is down, where this node's own clock is the likely cause. */
function clockHint({ wallMs, clock }: Stamp): string {
  const said = Math.abs(wallMs) > 8.64e15 ? String(wallMs) : new Date(wallMs).toISOString();
  return `this node's clock is ${clock} and says ${said}: probably that is the cause; set the clock`;
}

function linkView(link: CentreLink, nowMs: number, now: Stamp): LinkView {
  const status = link.status();
  if (status.state === "not-enrolled") return status;
  const { sinceMs, nextTryMs, oldestWaitingMs, blocked, ...rest } = status;
  const clockSuspected = now.clock !== "trusted" && REFUSED_BY_DATE.test(rest.reason ?? "");
  return {
    ...rest,
    clockSuspected,
    hint: clockSuspected ? clockHint(now) : rest.hint,
    sinceSeconds: Math.round((nowMs - sinceMs) / 1000),
    nextTrySeconds: secondsUntil(nextTryMs, nowMs),
    oldestWaitingSeconds: oldestWaitingMs === null
      ? null
      : Math.max(0, Math.round((now.wallMs - oldestWaitingMs) / 1000)),
    blocked: blocked.map(({ nextTryMs, ...one }) => ({
      ...one,
      nextTrySeconds: secondsUntil(nextTryMs, nowMs) ?? 0,
    })),
  };
}

function secondsUntil(ms: number | null, nowMs: number): number | null {
  return ms === null ? null : Math.max(0, Math.round((ms - nowMs) / 1000));
}
