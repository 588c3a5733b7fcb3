/** Counters of this process, by name and labels: what `/metrics` and the benches read. */

/** Every counter, what it counts and by what. */
export const COUNTERS = {
  tributary_readings_total: {
    help: "Entries of readings stored, by device line",
    labels: ["source"],
  },
  tributary_points_total: { help: "Values in stored readings, by quality", labels: ["quality"] },
  tributary_duplicates_total: {
    help: "Messages that were there already, by their id (T2)",
    labels: ["source"],
  },
  tributary_possible_duplicates_total: {
    help: "Readings stored that may be there twice, for want of an id (T2)",
    labels: ["source"],
  },
  tributary_unchanged_total: {
    help: "Readings not stored, because their device's profile stores changes",
    labels: ["source"],
  },
  tributary_late_total: {
    help: "Readings that their device told late: stored, and not shown as values of now",
    labels: ["source"],
  },
  tributary_unreadable_total: {
    help: "Messages of known devices that could not be read, stored as they came",
    labels: ["source"],
  },
  tributary_requests_total: {
    help: "Requests to devices beside asking for values, such as for a Sparkplug rebirth",
    labels: ["source", "what"],
  },
  tributary_refusals_total: {
    help: "Clients, messages and packets turned away, by reason",
    labels: ["source", "code"],
  },
  tributary_refused_entries_total: {
    help: "Items that were not stored for want of room, by stream and why (T4)",
    labels: ["stream", "reason"],
  },
  tributary_key_conflicts_total: {
    help: "Messages refused because their id came with other bytes before (T2)",
    labels: ["source"],
  },
  tributary_device_requests_total: {
    help: "Requests to devices that are asked, by what became of them",
    labels: ["device", "outcome"],
  },
  tributary_device_writes_total: {
    help: "Writes to devices, by what became of them (C12)",
    labels: ["device", "state"],
  },
  tributary_device_latency_seconds_total: {
    help: "Time until those devices answered, summed over all answers",
    labels: ["device"],
  },
  tributary_device_polls_left_out_total: {
    help: "Polls of those devices left out because their line, or the device, was busy",
    labels: ["device"],
  },
  tributary_stray_bytes_total: {
    help: "Bytes of device lines that belong to nothing that was asked: noise, a second master",
    labels: ["source"],
  },
  tributary_verdicts_total: {
    help: "Verdicts of rules on prescriptions, given here",
    labels: ["mode", "outcome"],
  },
  tributary_webhook_total: {
    help: "Changes of prescriptions that were sent to the HIS, by whether it took them",
    labels: ["result"],
  },
  tributary_webhook_left_out_total: {
    help: "Changes of prescriptions that the HIS was not told, by why",
    labels: ["reason"],
  },
  tributary_arrivals_left_total: {
    help: "Prescriptions of sites not decided as they came, but found by the tables, by why",
    labels: ["reason"],
  },
  tributary_notifications_total: {
    help: "Messages that channels were given, by channel and what it said",
    labels: ["by", "result"],
  },
  tributary_decisions_total: {
    help: "Decisions of pharmacists on prescriptions, taken here",
    labels: ["decision"],
  },
  tributary_source_failures_total: { help: "Failures of device lines", labels: ["source"] },
  tributary_shipped_entries_total: { help: "Entries shipped, by destination", labels: ["to"] },
  tributary_link_failures_total: { help: "Failures of links, by destination", labels: ["to"] },
  tributary_received_entries_total: { help: "Entries received, by sender", labels: ["from"] },
  tributary_sync_refused_total: {
    help: "Requests between nodes refused, by reason (X3)",
    labels: ["code"],
  },
  tributary_twins_total: {
    help: "Sightings of two boxes that say that they are one node",
    labels: ["node"],
  },
  tributary_runs_refused_total: {
    help: "Runs of entries refused: altered, forked or not the sender's to ship",
    labels: ["from"],
  },
} as const;

export type CounterName = keyof typeof COUNTERS;
type Labels<N extends CounterName> = Readonly<
  Record<(typeof COUNTERS)[N]["labels"][number], string>
>;

export interface Count {
  readonly name: CounterName;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Different label values kept; a flood of made-up names ends in `other`. */
const SERIES_MAX = 5000;

export class Counters {
  readonly #counts = new Map<
    string,
    { name: CounterName; labels: Record<string, string>; value: number }
  >();

  add<N extends CounterName>(name: N, labels: Labels<N>, value = 1): void {
    let key = keyOf(name, labels);
    let count = this.#counts.get(key);
    if (count === undefined) {
      let kept: Record<string, string> = { ...labels };
      if (this.#counts.size >= SERIES_MAX) {
        kept = Object.fromEntries(Object.keys(kept).map((label) => [label, "other"]));
        key = keyOf(name, kept);
        count = this.#counts.get(key);
      }
      if (count === undefined) {
        count = { name, labels: kept, value: 0 };
        this.#counts.set(key, count);
      }
    }
    count.value += value;
  }

  list(): Count[] {
    return [...this.#counts.values()];
  }

  /** Of one series; 0 while nothing was counted. */
  value<N extends CounterName>(name: N, labels: Labels<N>): number {
    return this.#counts.get(keyOf(name, labels))?.value ?? 0;
  }

  /** Sum of a counter over all its labels. */
  total(name: CounterName): number {
    return this.list().reduce((sum, count) => count.name === name ? sum + count.value : sum, 0);
  }
}

/** The same whatever order the labels are named in. */
function keyOf(name: CounterName, labels: Readonly<Record<string, string>>): string {
  return name + JSON.stringify(COUNTERS[name].labels.map((label) => labels[label]));
}
