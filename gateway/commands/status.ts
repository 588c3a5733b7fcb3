/** `tributary status`: how the running node is doing, in a few lines. */
import * as z from "zod";
import { table } from "./table.ts";

/** What the command shows of a node's status; the API tells more. */
export const nodeStatusSchema = z.object({
  node: z.string(),
  role: z.string(),
  origin: z.string(),
  version: z.string(),
  upSeconds: z.number(),
  clock: z.string(),
  journal: z.object({ bytes: z.number(), segments: z.number() }),
  retentionDays: z.number(),
  disk: z.object({
    freeBytes: z.number(),
    totalBytes: z.number(),
    usedPercent: z.number(),
    refuses: z.array(z.string()),
    unwritable: z.string().nullable(),
    reserveBytes: z.number(),
    bytesADay: z.number().nullable(),
    daysLeft: z.number().nullable(),
    writeAmplification: z.number().nullable(),
    keptSince: z.string().nullable(),
  }),
  sources: z.array(
    z.object({ name: z.string(), driver: z.string(), state: z.string(), detail: z.string() }),
  ),
  links: z.array(z.object({
    destination: z.string(),
    state: z.string(),
    hint: z.string().nullable(),
    reason: z.string().nullable().default(null),
    attempts: z.number().default(0),
    nextTrySeconds: z.number().nullable().default(null),
    waitingEntries: z.number().nullable().default(null),
    oldestWaitingSeconds: z.number().nullable().default(null),
  })),
  blobs: z.object({
    count: z.number(),
    bytes: z.number(),
    lost: z.number(),
    links: z.array(z.object({
      destination: z.string(),
      waiting: z.number(),
      waitingBytes: z.number(),
      oldestWaitingSeconds: z.number().nullable(),
      reason: z.string().nullable(),
      setAside: z.array(z.object({ reason: z.string() })),
    })),
  }),
  positions: z.array(
    z.object({ origin: z.string(), stream: z.string(), seq: z.number(), hash: z.string() }),
  ),
  concerns: z.array(z.object({ title: z.object({ en: z.string() }), reason: z.string() }))
    .default([]),
});
type NodeStatus = z.infer<typeof nodeStatusSchema>;

export const ownerLinkSchema = z.object({ url: z.string() });

export const invitationSchema = z.object({ code: z.string(), expiresMs: z.number() });

export function statusText(status: NodeStatus): string {
  const { node, role, origin, version, upSeconds, clock, journal, disk } = status;
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(2)} GB`;
  const head = [
    `${node} (${role}), Tributary ${version}, up ${upSeconds} s, clock ${clock}`,
    `life ${origin}`,
    `journal ${gigabytes(journal.bytes)} in ${journal.segments} segments, ` +
    `${status.blobs.count} files of ${gigabytes(status.blobs.bytes)}` +
    (status.blobs.lost === 0 ? ", " : `, ${status.blobs.lost} damaged or lost, `) +
    `disk free ${gigabytes(disk.freeBytes)} of ${gigabytes(disk.totalBytes)}`,
    ...diskLines(status),
    ...status.concerns.map(({ title, reason }) => `${title.en.toUpperCase()}: ${reason}`),
  ];
  const sources = status.sources.map(({ name, driver, state, detail }) => [
    name,
    driver,
    state,
    detail,
  ]);
  const links = status.links.map((link) => [link.destination, link.state, ...linkCells(link)]);
  const files = status.blobs.links.filter(({ waiting }) => waiting > 0).map((link) => [
    link.destination,
    String(link.waiting),
    gigabytes(link.waitingBytes),
    link.oldestWaitingSeconds === null ? "" : `${link.oldestWaitingSeconds} s`,
    link.reason ?? link.setAside.at(0)?.reason ?? "",
  ]);
  const positions = status.positions.map(({ origin, stream, seq, hash }) => [
    origin,
    stream,
    String(seq),
    hash.slice(0, 16),
  ]);
  return [
    ...head,
    ...(sources.length === 0 ? [] : ["", table(["LINE", "DRIVER", "STATE", "DETAIL"], sources)]),
    ...(links.length === 0
      ? []
      : ["", table(["CENTRE", "STATE", "WAITING", "OLDEST", "TRIES", "REASON"], links)]),
    ...(files.length === 0
      ? []
      : ["", table(["CENTRE", "FILES WAITING", "SIZE", "OLDEST", "REASON"], files)]),
    "",
    table(["ORIGIN", "STREAM", "SEQ", "HASH"], positions),
  ].join("\n");
}

function diskLines({ disk, retentionDays }: NodeStatus): string[] {
  const notYet = "not known yet";
  const aDay = disk.bytesADay === null ? notYet : `${(disk.bytesADay / 1e6).toFixed(1)} MB a day`;
  const left = disk.bytesADay === 0
    ? "without end"
    : disk.daysLeft === null
    ? notYet
    : `${disk.daysLeft.toFixed(1)} until readings are refused, if nothing is pruned`;
  const amplification = disk.writeAmplification === null
    ? notYet
    : disk.writeAmplification.toFixed(1);
  const since = disk.keptSince === null ? "nothing yet" : `back to ${disk.keptSince}`;
  const reserve = (disk.reserveBytes / 1e6).toFixed(1);
  return [
    `journal and files grow ${aDay}, days left ${left}`,
    `disk ${disk.usedPercent.toFixed(1)} % used, ${reserve} MB of it kept for alarms and audit, ` +
    `write amplification ${amplification}`,
    `own entries stay ${retentionDays} days and until both centres have them: ${since}`,
    ...(disk.unwritable === null ? [] : [`THE JOURNAL CANNOT WRITE: ${disk.unwritable}`]),
    ...(disk.refuses.length === 0
      ? []
      : [`NOT TAKEN ANY MORE: ${disk.refuses.join(", ")}; make room on this disk`]),
  ];
}

function linkCells(link: NodeStatus["links"][number]): string[] {
  const oldest = link.oldestWaitingSeconds === null ? "" : `${link.oldestWaitingSeconds} s`;
  const next = link.nextTrySeconds === null ? "" : `, next in ${link.nextTrySeconds} s`;
  const why = [link.reason, link.hint].filter((text) => text !== null).join("; ");
  return [String(link.waitingEntries ?? ""), oldest, `${link.attempts}${next}`, why];
}
