/** How an alarm ends whose unit does not watch its series any more (C8). */
import type { Rows } from "../../sql/sql.ts";
import type { AlarmEndedBody } from "../life/alarm_body.ts";
import { alarmBodiesOf } from "../life/episode.ts";
import { lastCarry } from "./cold_reads.ts";
import { changedBehind } from "./part_fold.ts";
import type { Series } from "./series_samples.ts";
import { seriesSettings } from "./series_settings.ts";

/**
 * As the next sample would tell it, which may never come; `null`: the series carries no such alarm
 * on. Whoever tells it later gives it the same id.
 */
export async function endOfTakenOut(
  rows: Rows,
  series: Series,
  episode: string,
): Promise<AlarmEndedBody | null> {
  const last = await lastCarry(rows, series);
  if (last === null) return null;
  const changed = changedBehind(last, await seriesSettings(rows, series));
  if (changed === null) return null;
  const { unit, told } = changed;
  const { ended } = alarmBodiesOf(unit, unit.rules, told);
  return ended.find((end) => end.episode === episode) ?? null;
}
