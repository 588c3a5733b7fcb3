/** All pages of waste: a site's persons act on them, a county sees those of all sites. */
import type { Page } from "../../console/page.ts";
import { bagPages } from "./bag_page.ts";
import { entryPages } from "./entry_page.ts";
import { epidemicPages } from "./epidemic_page.ts";
import { labelPages } from "./label_page.ts";
import { draftPages } from "./manifest_draft.ts";
import { manifestPages } from "./manifest_pages.ts";
import { movePages } from "./move_pages.ts";
import { overviewPages } from "./overview_page.ts";
import { sealPages } from "./seal_page.ts";
import type { ActingSite, Shown } from "./shown.ts";
import { storePages } from "./store_page.ts";
import { tracePages } from "./trace_page.ts";

export function wastePages(shown: Shown): readonly Page[] {
  const { desk } = shown;
  const acting: ActingSite | null = desk === null ? null : { ...shown, desk };
  const own = acting === null ? [] : [
    ...sealPages(acting),
    ...movePages(acting),
    ...storePages(acting),
    ...labelPages(acting),
    ...draftPages(acting),
  ];
  return [
    ...overviewPages(shown),
    ...epidemicPages(shown),
    ...own,
    ...bagPages(shown, acting),
    ...entryPages(shown, acting),
    ...manifestPages(shown, acting),
    ...tracePages(shown),
  ];
}
