/** Tokens of programs, for system administrators: made, shown once, listed, revoked. */
import type { Hono } from "hono";
import { html } from "hono/html";
import type { ApiParts } from "../../api_route.ts";
import { dataTable } from "../../console/data_table.ts";
import { badge, type Html, moment, type View } from "../../console/view.ts";
import type { Place } from "../account.ts";
import type { Program } from "../account_book.ts";
import { RIGHTS, SCOPES } from "../roles.ts";
import { boxes, button, field } from "./fields.ts";
import { fieldOf, formOf } from "../../form.ts";
import { back, needs, outcome, type PeopleEnv, type Show } from "./show.ts";
import { peopleTexts } from "./text.ts";
import { programOrder, sitesFault } from "../program_order.ts";

const PROGRAMS = "/people/programs";
const RIGHT = "system.manage";

export function programRoutes(app: Hono<PeopleEnv>, parts: ApiParts, show: Show): void {
  const { people, node } = parts;
  app.get(PROGRAMS, (context) => {
    const refused = needs(context, RIGHT);
    if (refused !== null) return refused;
    return show(context, (view) => {
      const { wallMs } = node.clock.now();
      const list = people.book.programs();
      return html`${outcome(context, view)}${programsPage(view, list, wallMs, people.place)}`;
    });
  });
  app.post(PROGRAMS, async (context) => {
    const refused = needs(context, RIGHT);
    if (refused !== null) return refused;
    const form = await formOf(context.req.raw);
    const days = fieldOf(form, "days");
    const order = programOrder.safeParse({
      name: fieldOf(form, "name"),
      scopes: form.getAll("scope"),
      ...sitesIn(fieldOf(form, "sites")),
      ...(days === "" ? {} : { days: Number(days) }),
    });
    if (!order.success || sitesFault(order.data, people.place.role) !== null) {
      return back(context, PROGRAMS, "badProgram");
    }
    const { token } = await people.desk.newProgram(context.get("actor"), order.data);
    return await show(context, (view) => tokenShown(view, order.data.name, token));
  });
  app.post(`${PROGRAMS}/:id/revoke`, async (context) => {
    const refused = needs(context, RIGHT);
    if (refused !== null) return refused;
    const isEnded = await people.desk.endProgram(context.get("actor"), context.req.param("id"));
    return isEnded ? back(context, PROGRAMS, "revoked") : context.notFound();
  });
}

/** As somebody wrote them: `site-017 site-018`, or `all`. */
function sitesIn(text: string): { readonly sites?: "all" | string[] } {
  if (text === "") return {};
  return { sites: text === "all" ? text : text.split(/[\s,，]+/).filter((one) => one !== "") };
}

function programsPage(
  view: View,
  programs: readonly Program[],
  wallMs: number,
  { role }: Place,
): Html {
  const { language } = view;
  const say = peopleTexts(language);
  const ofSites = role === "county";
  const heads = [
    ...["programName", "scopes"] as const,
    ...ofSites ? ["programSites"] as const : [],
    ...["expires", "state"] as const,
  ];
  const rows = programs.map(({ id, name, scopes, sites, expiresMs, revoked }) => [
    name,
    scopes.map((scope) => RIGHTS[scope][language]).join(" · "),
    ...ofSites ? [sites === "all" ? say("allSites") : sites.join(" ") || say("noSites")] : [],
    expiresMs === null ? say("forEver") : moment(view, new Date(expiresMs).toISOString()),
    revoked
      ? badge("idle", say("revoked"))
      : expiresMs !== null && wallMs >= expiresMs
      ? badge("idle", say("expired"))
      : html`<form method="post" action="${PROGRAMS}/${id}/revoke">${
        button(view, "revoke")
      }</form>`,
  ]);
  const scopes = SCOPES.map((scope) => [scope, RIGHTS[scope][language]] as const);
  return html`
    <section class="panel"><h2>${say("programs")}</h2>${rows.length === 0
      ? html`<p class="empty">${say("noPrograms")}</p>`
      : dataTable(heads.map((head) => ({ head: say(head) })), rows)}</section>
    <section class="panel">
      <h2>${say("addProgram")}</h2>
      <form method="post" action="${PROGRAMS}" class="form">
        ${field(view, { name: "name", label: "programName" })}
        <fieldset><legend>${say("scopes")}</legend>${boxes("scope", scopes, [])}</fieldset>
        ${ofSites
          ? field(view, { name: "sites", label: "programSites", hint: "programSitesHint" })
          : ""}
        ${field(view, { name: "days", label: "validDays", type: "number", optional: true })}
        ${button(view, "addProgram")}
      </form>
    </section>
  `;
}

function tokenShown(view: View, name: string, token: string): Html {
  const say = peopleTexts(view.language);
  return html`
    <section class="panel">
      <h2>${name}</h2>
      <p>${say("tokenShown")}</p>
      <pre class="shown">${token}</pre>
      <p><a class="plain" href="${PROGRAMS}">${say("programs")}</a></p>
    </section>
  `;
}
