/** Settings of a series, as the tables keep the words of its units. */
import type { Rows } from "../../sql/sql.ts";
import { type EventOf, ofKind } from "../life/event.ts";
import type { Series } from "./series_samples.ts";
import { eventsOf } from "./stored_events.ts";
import { type Setting, settingsOf } from "./unit_settings.ts";

/** By all that was told of units that ever had the point. */
export async function seriesSettings(rows: Rows, series: Series): Promise<Setting[]> {
  const { site, device, point } = series;
  const select = "SELECT unit FROM coldprobes WHERE site = ? AND device = ? AND point = ?";
  const events: EventOf<"cold-unit">[] = [];
  for (const row of await rows.rows(select, [site, device, point])) {
    const subject = { site, subject: `unit/${row.text("unit")}` };
    events.push(...ofKind(await eventsOf(rows, subject), "cold-unit"));
  }
  return settingsOf(events, series);
}
