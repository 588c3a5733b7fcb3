/** The parts of an open workbench that follow the queue and the line, drawn where they stand. */
import { viewOf } from "../../console/language.ts";
import type { Language } from "../../console/text.ts";
import type { ApiParts } from "../../api_route.ts";
import type { Glance } from "../review/glances.ts";
import type { ReviewConfig } from "../review/review_desk.ts";
import type { DrawParts } from "../review/stream_routes.ts";
import { restPart } from "./bench_view.ts";
import { policyLine } from "./policy_line.ts";
import { queueList } from "./queue_side.ts";

type Policy = Pick<ReviewConfig, "warnMs" | "escalateMs">;
type Parts = readonly (readonly [name: string, html: string])[];

export function benchParts(policy: Policy): DrawParts {
  // What is the same for all who look is drawn once.
  const drawn = new WeakMap<Glance, Map<Language, Promise<Parts>>>();
  const forAll = (glance: Glance, parts: ApiParts, language: Language): Promise<Parts> => {
    const before = drawn.get(glance) ?? new Map<Language, Promise<Parts>>();
    const found = before.get(language) ?? drawForAll(glance, parts, language, policy);
    drawn.set(glance, before.set(language, found));
    return found;
  };
  return async (glance, parts, { language, account, holds }) => {
    const shown = new Map(await forAll(glance, parts, language));
    if (holds) return shown;
    const { onDuty, free } = glance.workload;
    const rest = await restPart(viewOf(language), onDuty.includes(account), free);
    return shown.set("rest", String(rest));
  };
}

async function drawForAll(
  { items }: Glance,
  parts: ApiParts,
  language: Language,
  policy: Policy,
): Promise<Parts> {
  const view = viewOf(language);
  const [list, line] = [await queueList(view, items, policy), await policyLine(view, parts)];
  return [["list", String(list)], ["policy", String(line)]];
}
