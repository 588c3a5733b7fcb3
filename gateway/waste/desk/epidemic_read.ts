/** Whether the shorter limits of an epidemic hold, by what the tables hold (W5). */
import type { Rows } from "../../sql/sql.ts";
import { type EpidemicMode, modeAt } from "../clock/epidemic.ts";
import { StoredWords } from "../record/stored_words.ts";
import { EPIDEMIC_KEY } from "../record/waste_entry.ts";

/** What holds of epidemics, for each site. */
export async function epidemicModes(rows: Rows): Promise<(site: string) => EpidemicMode> {
  const words = await new StoredWords(rows).under([EPIDEMIC_KEY]);
  const turns = words.flatMap((word) =>
    word.about === "epidemic" ? [{ ...word.written, body: word.body }] : []
  );
  return (site) => modeAt(site, turns);
}
