/** The switch of an epidemic: a site turns its own, a county that of each site (W5). */
import { html } from "hono/html";
import type { Text } from "../../../drivers/profile_parts.ts";
import type { Page, PageForm, Places } from "../../console/page.ts";
import { badge, type Html, moment, type View } from "../../console/view.ts";
import { fieldOf } from "../../form.ts";
import { PERSON_NEEDED, signedIn } from "../../people/second_person.ts";
import type { EpidemicMode } from "../clock/epidemic.ts";
import { epidemicModes } from "../desk/epidemic_read.ts";
import { epidemicOrder, turnEpidemic } from "../desk/epidemic_desk.ts";
import { refused } from "../desk/done.ts";
import { faultsIn, newActId } from "./form_fields.ts";
import * as parts from "./parts.ts";
import type { Shown } from "./shown.ts";
import { wasteTexts } from "./text.ts";

/** At a county each site has its own. */
export function epidemicPath({ role }: Pick<Shown, "role">, site: string): string {
  return role === "site" ? "/waste/epidemic" : `/waste/sites/${encodeURIComponent(site)}/epidemic`;
}

export function epidemicPages(shown: Shown): readonly Page[] {
  return [{
    path: shown.role === "site" ? "/waste/epidemic" : "/waste/sites/{site}/epidemic",
    still: true,
    assets: ["waste.css"],
    render: async (view, places, _parts, { query }) => {
      const site = siteIn(shown, places);
      const said = query.get("said");
      return epidemicPage(view, shown, site, await modeOf(shown, site), { said });
    },
    forms: { turn: epidemicForm(shown) },
  }];
}

function siteIn({ node }: Shown, { site }: Places): string {
  return site ?? node.name;
}

async function modeOf({ node }: Shown, site: string): Promise<EpidemicMode> {
  return (await epidemicModes(node.tables))(site);
}

/** The switch as it stands, with the form by which whoever may turns it. */
export function epidemicPage(
  view: View,
  shown: Pick<Shown, "role" | "desk">,
  site: string,
  { isOn, isDisputed, since, own, county }: EpidemicMode,
  { faults = [], said = null }: {
    readonly faults?: readonly Text[];
    readonly said?: string | null;
  },
): Html {
  const say = wasteTexts(view.language);
  const isSetByCounty = shown.role === "site" && county.isOn;
  // Each ends what is its own; a county ends whatever holds.
  const ends = shown.role === "site" ? own.isOn : isOn;
  const main = html`
    ${parts.faultsBanner(view, faults)}
    <section class="panel">
      <h2>${say("epidemic")} · ${site}</h2>
      <p>${badge(isOn ? "warn" : "idle", say(isOn ? "isOn" : "isOff"))}
        ${isDisputed ? say("isDisputed") : ""}
        ${since === null ? "" : html`${moment(view, new Date(since.time.wallMs).toISOString())} ·
          ${since.body.basis}`}</p>
      ${isSetByCounty ? html`<p class="note">${say("setByCounty")}</p>` : ""}
      ${isSetByCounty && !ends ? "" : html`
        <form method="post" action="${epidemicPath(shown, site)}/turn" class="form">
          ${parts.hidden({ id: newActId(), isOn: ends ? "no" : "yes" })}
          ${parts.field(view, { name: "basis", label: "basis" })}
          ${parts.field(view, { name: "reason", label: "reason" })}
          ${parts.action(view, ends ? "turnOff" : "turnOn")}
        </form>
      `}
    </section>
  `;
  return parts.wasteFrame(view, shown, "/waste", main, said);
}

function epidemicForm(shown: Shown): PageForm {
  return {
    right: "waste.epidemic",
    send: async (form, places, { people }, actor, view) => {
      const site = siteIn(shown, places);
      const refuse = async (faults: readonly Text[]) =>
        parts.refusedPage(epidemicPage(view, shown, site, await modeOf(shown, site), { faults }));
      const confirmation = signedIn(actor, people);
      if (confirmation === null) return refuse(parts.faultTexts(refused(PERSON_NEEDED)));
      try {
        const order = epidemicOrder.parse({
          ...{ id: fieldOf(form, "id"), isOn: fieldOf(form, "isOn") === "yes" },
          ...{ basis: fieldOf(form, "basis"), reason: fieldOf(form, "reason") },
          site: shown.role === "site" ? undefined : site,
        });
        const problem = await turnEpidemic(shown.node, shown.role, order, confirmation);
        if (problem !== null) return refuse(parts.faultTexts(refused(problem)));
        return `${epidemicPath(shown, site)}?said=done`;
      } catch (error) {
        return refuse(faultsIn(error));
      }
    },
  };
}
