/** What a site's suppliers called back is an alarm there, as its own recalls are (S5). */
import type { NewEntry } from "../../../sync/append.ts";
import { pause } from "../../../sync/timer.ts";
import { entryId } from "../../collected_entry.ts";
import { ALARM } from "../record/sterile_entry.ts";
import { SELECTS } from "../record/sterile_reads.ts";
import { alarmEntries } from "./alarm_entries.ts";
import type { SterileDesk } from "./sterile_desk.ts";

const LOOK_MS = 5000;
/** Recalls of one question; all are gone through. */
const TOGETHER = 100;

export async function watchSupplierRecalls(desk: SterileDesk, signal: AbortSignal): Promise<void> {
  const alarmed = new Set<string>();
  while (!signal.aborted) {
    await lookForSupplierRecalls(desk, alarmed);
    await pause(LOOK_MS, signal);
  }
}

/** Writes the alarms that are due. `alarmed`: recalls that are known to have theirs. */
export async function lookForSupplierRecalls(
  desk: SterileDesk,
  alarmed: Set<string>,
): Promise<void> {
  await desk.alone(async () => {
    const { name: site, clock, disk, journal, tables } = desk.node;
    const time = clock.now();
    const due: string[] = [];
    for (const recall of await suppliedRecalls(desk)) {
      if (alarmed.has(recall)) continue;
      const [row] = await tables.rows(SELECTS.alarm, [site, alarmId(site, recall)]);
      if (row === undefined) due.push(recall);
      else alarmed.add(recall);
    }
    if (due.length === 0) return;
    const entries = due.flatMap((recall): NewEntry[] => {
      const about = { id: alarmId(site, recall), site, alarm: "recall", steriliser: null } as const;
      const sinceMs = Math.max(0, time.wallMs);
      return alarmEntries({ ...about, subject: recall, sinceMs }, time, desk.around);
    });
    await disk.append(entries, time);
    await tables.caughtUp(journal);
  });
}

function alarmId(site: string, recall: string): string {
  return entryId(ALARM, site, "recall", recall);
}

async function suppliedRecalls({ node: { name, tables } }: SterileDesk): Promise<string[]> {
  const recalls: string[] = [];
  for (let after = "";;) {
    const rows = await tables.rows(SELECTS.suppliedRecalls, [name, after, TOGETHER]);
    recalls.push(...rows.map((row) => row.text("recall")));
    if (rows.length < TOGETHER) return recalls;
    after = recalls[recalls.length - 1];
  }
}
