/** The audit, for audit administrators: who did what, by person and by day (X6). */
import type { Hono } from "hono";
import { html } from "hono/html";
import { parseDay } from "../../../sync/day.ts";
import type { ApiParts } from "../../api_route.ts";
import { dataTable } from "../../console/data_table.ts";
import { type Html, moment, type View } from "../../console/view.ts";
import { TRAIL_PAGES_MAX, TRAIL_ROWS, trailOf, type TrailRow } from "../trail.ts";
import { field } from "./fields.ts";
import { needs, type PeopleEnv, type Show } from "./show.ts";
import { happeningText } from "./happening_text.ts";
import { peopleTexts } from "./text.ts";

const TRAIL = "/people/audit";
const WHO_MAX = 100;

interface Asked {
  readonly who: string;
  /** As typed. */
  readonly day: string;
  readonly page: number;
}

export function trailRoutes(app: Hono<PeopleEnv>, { node }: ApiParts, show: Show): void {
  app.get(TRAIL, (context) => {
    const refused = needs(context, "audit.read");
    if (refused !== null) return refused;
    const asked = {
      who: (context.req.query("who") ?? "").trim().slice(0, WHO_MAX),
      day: context.req.query("day") ?? "",
      page: pageOf(context.req.query("page")),
    };
    return show(context, async (view) => {
      const rows = await trailOf(node.tables, { ...asked, day: parseDay(asked.day) });
      return trailPage(view, asked, rows);
    });
  });
}

function pageOf(text: string | undefined): number {
  const page = Number(text ?? "0");
  return Number.isInteger(page) && page > 0 ? Math.min(page, TRAIL_PAGES_MAX) : 0;
}

function trailPage(view: View, asked: Asked, rows: readonly TrailRow[]): Html {
  const say = peopleTexts(view.language);
  const { who, day, page } = asked;
  const heads = ["when", "who", "what", "detail", "node"] as const;
  const older = new URLSearchParams({ who, day, page: String(page + 1) });
  return html`
    <section class="panel">
      <form method="get" action="${TRAIL}" class="form row">
      ${field(view, { name: "who", label: "who", value: who, optional: true })}
      ${field(view, { name: "day", label: "day", type: "date", value: day, optional: true })}
      <button class="action">${say("show")}</button>
      </form>
    </section>
    <section class="panel"><h2>${say("trail")}</h2>${rows.length === 0
      ? html`<p class="empty">${say("nothing")}</p>`
      : dataTable(
        heads.map((head) => ({ head: say(head) })),
        rows.map((row) => [
          moment(view, new Date(row.wallMs).toISOString()),
          row.who,
          happeningText(view.language, row.kind),
          html`<code>${detailText(row.detail)}</code>`,
          row.node,
        ]),
      )}${rows.length < TRAIL_ROWS
      ? ""
      : html`<p><a class="plain" href="${TRAIL}?${older.toString()}">${
        say("older")
      }</a></p>`}</section>
  `;
}

/** `account li · reason password`: JSON is for programs. */
function detailText(detail: string): string {
  const fields: unknown = JSON.parse(detail);
  if (typeof fields !== "object" || fields === null) return detail;
  return Object.entries(fields).map(([name, value]) =>
    `${name} ${typeof value === "object" ? JSON.stringify(value) : value}`
  ).join(" · ");
}
