/** A site tells by which numbers it goes, so that its county shows its waste by the same. */
import { entryId, newEntry, once } from "../../collected_entry.ts";
import { type RulesBody, rulesBody, WASTE_RULES } from "../entry/rules_body.ts";
import { toldRules } from "./rules_read.ts";
import type { WasteDesk } from "./waste_desk.ts";

/** Writes what the configuration says, unless that was told last. */
export async function tellRules(desk: WasteDesk, signal?: AbortSignal): Promise<void> {
  await desk.alone(async () => {
    if (signal?.aborted) return;
    const { node: { name: site, clock, disk, tables }, config } = desk;
    // Read like what was told, so that the same numbers are the same text.
    const { rules } = rulesBody.pick({ rules: true }).parse(config);
    const last = (await toldRules(tables, [site])).get(site);
    const said = JSON.stringify(rules);
    if (last !== undefined && JSON.stringify(last.rules) === said) return;
    const time = clock.now();
    const id = entryId(WASTE_RULES, site, last?.id ?? null, said);
    const body: RulesBody = { id, site, rules };
    await disk.append([once(newEntry("record", WASTE_RULES, time, body), WASTE_RULES, id)], time);
  }, signal);
}
