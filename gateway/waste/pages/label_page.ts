/** A bag's label on plain paper, and the way to the same for a label printer. */
import { html } from "hono/html";
import type { Page } from "../../console/page.ts";
import { labelOf } from "../desk/label_route.ts";
import { pageLabel } from "../label/page_label.ts";
import { StoredWords } from "../record/stored_words.ts";
import { bagOf } from "../record/waste_reads.ts";
import * as parts from "./parts.ts";
import type { ActingSite } from "./shown.ts";
import { wasteTexts } from "./text.ts";

export function labelPages(shown: ActingSite): readonly Page[] {
  const { tables } = shown.node;
  return [{
    role: "site",
    path: "/waste/bags/{bag}/label",
    still: true,
    assets: ["waste.css"],
    render: async (view, { bag }) => {
      const say = wasteTexts(view.language);
      const known = await bagOf(tables, bag);
      if (known === null) return null;
      const label = await labelOf(known.standing, new StoredWords(tables), shown.title.zh);
      if (label === null) return null;
      // What a label says has to be Chinese, whatever the page's language.
      const main = html`
        <section class="panel paper">${pageLabel(label, "zh")}</section>
        <p class="buttons unprinted">
          <a class="plain" href="/waste/bags/${encodeURIComponent(bag)}">← ${say("bagPage")}</a>
          <a class="plain" href="/api/waste/bags/${encodeURIComponent(bag)}/label">${say("zpl")}</a>
        </p>
        <p class="note unprinted">${say("print")}</p>
      `;
      return parts.wasteFrame(view, shown, "/waste/seal", main);
    },
  }];
}
