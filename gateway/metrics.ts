/** `/metrics`: counters and states in Prometheus' text format. */
import { COUNTERS, type Counters } from "./counters.ts";
import type { Gauge } from "prom-client";
import { STREAMS } from "../sync/stream.ts";
import type { DiskView } from "./disk_watch.ts";
import type { NodeStatus } from "./status.ts";

type NewGauge = (name: string, help: string, ...labelNames: string[]) => Gauge;

function diskGauges(gauge: NewGauge, disk: DiskView): void {
  gauge("disk_free_bytes", "Bytes free where the journal is").set(disk.freeBytes);
  gauge("disk_used_ratio", "Share of that file system in use").set(disk.usedPercent / 100);
  gauge("disk_reserve_bytes", "Bytes set aside there for alarms and audit").set(disk.reserveBytes);
  const refusing = gauge("disk_refusing", "1 while nothing new of a stream is taken", "stream");
  for (const stream of STREAMS) refusing.set({ stream }, Number(disk.refuses.includes(stream)));
  gauge("journal_writable", "0 while the journal cannot write")
    .set(Number(disk.unwritable === null));
  // What is not known is left out: it is neither none nor for ever.
  const known = (name: string, help: string, value: number | null) => {
    if (value !== null) gauge(name, help).set(value);
  };
  known("journal_bytes_a_day", "Growth of the journal and of files", disk.bytesADay);
  known("disk_days_left", "Days until readings are refused if nothing is pruned", disk.daysLeft);
  known(
    "write_amplification",
    "Bytes written to the device for each byte of entries",
    disk.writeAmplification,
  );
}

/** Text of the metrics at this moment; the library is loaded when somebody first asks. */
export async function metricsText(status: NodeStatus, counters: Counters): Promise<string> {
  // CommonJS: bundled, it has no names of its own.
  const { default: prometheus } = await import("prom-client");
  const { Counter, Gauge, Registry } = prometheus;
  const registry = new Registry();
  const registers = [registry];
  for (const [name, { help, labels }] of Object.entries(COUNTERS)) {
    const counter = new Counter({ name, help, labelNames: [...labels], registers });
    for (const count of counters.list()) {
      if (count.name === name) counter.inc({ ...count.labels }, count.value);
    }
  }
  const gauge = (name: string, help: string, ...labelNames: string[]) =>
    new Gauge({ name: `tributary_${name}`, help, labelNames, registers });
  gauge("journal_bytes", "Bytes of the journal on disk").set(status.journal.bytes);
  diskGauges(gauge, status.disk);
  gauge("resident_bytes", "Memory of the process").set(Deno.memoryUsage().rss);
  gauge("clock_trusted", "1 when the kernel says that its clock is right")
    .set(status.clock === "trusted" ? 1 : 0);
  const position = gauge("position", "Last entry held", "origin", "stream");
  for (const { origin, stream, seq } of status.positions) position.set({ origin, stream }, seq);
  const line = gauge("source_running", "1 while a line to devices runs", "source");
  for (const { name, state } of status.sources) {
    line.set({ source: name }, Number(state === "running"));
  }
  const up = gauge("link_up", "1 while a link is up", "to");
  const waiting = gauge("link_waiting_entries", "Entries that wait for a destination", "to");
  const oldest = gauge("link_oldest_seconds", "Age of the oldest entry that waits", "to");
  const sent = gauge("link_sent_bytes", "Bytes of bodies sent since the start", "to");
  const received = gauge("link_received_bytes", "Bytes of bodies received since the start", "to");
  for (const link of status.links) {
    const to = link.destination;
    up.set({ to }, Number(link.state === "up"));
    if (link.state === "not-enrolled") continue;
    sent.set({ to }, link.sentBytes);
    received.set({ to }, link.receivedBytes);
    waiting.set({ to }, link.waitingEntries);
    oldest.set({ to }, link.oldestWaitingSeconds ?? 0);
  }
  const { blobs } = status;
  gauge("blobs", "Files that are here").set(blobs.count);
  gauge("blobs_bytes", "Bytes of their content").set(blobs.bytes);
  gauge("blobs_lost", "Files that should be here and are not, or not whole").set(blobs.lost);
  const files = gauge("blobs_waiting", "Files that wait for a destination", "to");
  const bytes = gauge("blobs_waiting_bytes", "Bytes of files that wait for a destination", "to");
  const age = gauge("blobs_oldest_seconds", "Age of the oldest file that waits", "to");
  const aside = gauge("blobs_set_aside", "Files that a destination does not take now", "to");
  for (const link of blobs.links) {
    const to = link.destination;
    files.set({ to }, link.waiting);
    bytes.set({ to }, link.waitingBytes);
    age.set({ to }, link.oldestWaitingSeconds ?? 0);
    aside.set({ to }, link.setAside.length);
  }
  return await registry.metrics();
}
