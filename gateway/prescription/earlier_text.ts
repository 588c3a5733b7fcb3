/** A medicine of earlier that a finding rests on, in words: where it was prescribed, and when. */
import type { Text } from "../../drivers/profile_parts.ts";
import { dateOf } from "./date_of.ts";
import type { Earlier, Finding } from "./verdict.ts";

/** `既往用药：amoxicillin-capsule-250mg，站点 site-9，处方 CF-1，2026-03-01`, one a medicine. */
export function earlierTexts({ earlier = [], earlierBeside }: Finding): Text[] {
  const named = earlier.map(earlierText);
  if (earlierBeside === undefined) return named;
  const { count } = earlierBeside;
  return [...named, { zh: `另有既往用药 ${count} 项`, en: `and ${count} earlier medicines more` }];
}

export function earlierText({ site, prescription, issuedMs, drug }: Earlier): Text {
  const day = dateOf(issuedMs);
  return {
    zh: `既往用药：${drug ?? "药品不详"}，站点 ${site}，处方 ${prescription}，${day}`,
    en: `Earlier: ${drug ?? "unknown drug"}, site ${site}, prescription ${prescription}, ${day}`,
  };
}
