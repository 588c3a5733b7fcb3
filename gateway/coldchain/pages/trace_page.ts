/** The trace: from an excursion to doses and people, from a code back to what it went through. */
import { html } from "hono/html";
import { dataTable } from "../../console/data_table.ts";
import type { Page } from "../../console/page.ts";
import { type Html, moment, type View } from "../../console/view.ts";
import { scannedCode } from "../codes/scanned_code.ts";
import type { FlowDesk } from "../flow/flow_desk.ts";
import {
  type DoseTrace,
  excursionOf,
  type ExcursionTrace,
  latestExcursions,
  LISTED_MAX,
  type MetEpisode,
  traceDoses,
  traceExcursion,
} from "../flow/trace.ts";
import { placeOf } from "../flow/place.ts";
import { watchedUnits } from "../record/cold_reads.ts";
import * as parts from "./dose_parts.ts";
import { type PlaceWords, placeWords } from "./dose_places.ts";
import { doseTexts } from "./dose_text.ts";

const ASKED_MAX = 400;

export function tracePage(desk: FlowDesk): Page {
  return {
    path: "/vaccines/trace",
    right: "coldchain.doses",
    still: true,
    render: async (view, _places, _parts, { query }) => {
      const asked = (name: string) => (query.get(name) ?? "").slice(0, ASKED_MAX);
      const [site, episode, typed] = [asked("site"), asked("episode"), asked("typed")];
      const say = doseTexts(view.language);
      const words = placeWords(view, await watchedUnits(desk.tables, null));
      const main = html`
        <section class="panel">
          <h2>${say("code")}</h2>
          <form method="get" action="/vaccines/trace" class="form">
            ${parts.field(view, { name: "typed", label: "code", value: typed })}
            ${parts.action(view, "search")}
          </form>
        </section>
        ${typed === "" ? "" : await ofCode(view, desk, words, typed)}
        ${episode === "" ? "" : await ofExcursion(view, desk, words, { site, episode })}
        ${await latest(view, desk, words)}
      `;
      const { isSite } = desk;
      return parts.doseFrame(view, { current: "/vaccines/trace", isSite }, main);
    },
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

async function latest(view: View, desk: FlowDesk, words: PlaceWords): Promise<Html> {
  const say = doseTexts(view.language);
  const episodes = await latestExcursions(desk.tables);
  const rows = episodes.map((one) => [
    one.site,
    excursionLink(one, words),
    moment(view, iso(one.sinceMs)),
    one.endedMs === null ? say("goesOn") : moment(view, iso(one.endedMs)),
    one.worstCelsius === null ? "–" : `${one.worstCelsius} °C`,
  ]);
  const heads = [say("site"), say("unit"), say("since"), say("ended"), say("worst")];
  return html`<section class="panel"><h2>${say("excursions")}</h2>${
    rows.length === 0
      ? html`<p class="empty">${say("noExcursions")}</p>`
      : dataTable(heads.map((head) => ({ head })), rows)
  }</section>`;
}

function excursionLink({ site, episode, unit }: MetEpisode, words: PlaceWords): Html {
  const query = new URLSearchParams({ site, episode });
  const name = words(site, placeOf("unit", unit));
  return html`<a href="/vaccines/trace?${query.toString()}">${name}</a>`;
}

async function ofExcursion(
  view: View,
  desk: FlowDesk,
  words: PlaceWords,
  { site, episode }: { readonly site: string; readonly episode: string },
): Promise<Html> {
  const say = doseTexts(view.language);
  const excursion = await excursionOf(desk.tables, site, episode);
  if (excursion === null) return html`<p class="banner warn">${say("noExcursions")}</p>`;
  const traced = await traceExcursion(desk.tables, excursion);
  return html`
    <section class="panel alert"><h2>${site} · ${words(
      site,
      placeOf("unit", excursion.episode.unit),
    )} · ${moment(view, iso(excursion.fromMs))}</h2>
      ${traced.isCut ? html`<p class="banner bad">${say("cut")}</p>` : ""}
      ${lots(view, traced, words)}
    </section>
    ${given(view, traced, words)}
  `;
}

function lots(view: View, { lots: all }: ExcursionTrace, words: PlaceWords): Html {
  const say = doseTexts(view.language);
  if (all.length === 0) return html`<p class="empty">${say("none")}</p>`;
  const rows = all.map(({ product, lot, givenCount, here }) => [
    product,
    lot,
    givenCount,
    here.map((one) => `${one.site} ${words(one.site, one.place)}: ${one.doses}`).join("; ") ||
    say("none"),
  ]);
  const heads = [say("product"), say("lot"), say("givenDoses"), say("stillHere")];
  return html`<h3>${say("concerned")}</h3>${dataTable(heads.map((head) => ({ head })), rows)}`;
}

function given(view: View, trace: ExcursionTrace, words: PlaceWords): Html {
  const { given: all, givenCount } = trace;
  const say = doseTexts(view.language);
  const rows = all.map((one) => [
    one.shown,
    one.lot,
    one.site,
    words(one.site, one.place),
    moment(view, iso(one.atMs)),
    one.code ?? "–",
  ]);
  const heads = [say("person"), say("lot"), say("site"), say("place"), say("time"), say("code")];
  return html`<section class="panel"><h2>${say("given")} (${givenCount})</h2>${
    givenCount > LISTED_MAX
      ? html`<p class="note">${say("listed").replace("{}", String(givenCount))}</p>`
      : ""
  }${
    rows.length === 0
      ? html`<p class="empty">${say("noGiven")}</p>`
      : dataTable(heads.map((head) => ({ head })), rows)
  }</section>`;
}

async function ofCode(
  view: View,
  desk: FlowDesk,
  words: PlaceWords,
  typed: string,
): Promise<Html> {
  const say = doseTexts(view.language);
  const scan = scannedCode(typed);
  if (scan.kind === "unreadable") {
    return html`<p class="banner bad" role="alert">${scan.reason[view.language]}</p>`;
  }
  const doses = scan.code === null ? [] : await traceDoses(desk.tables, { code: scan.code });
  if (doses.length === 0) return html`<p class="banner warn">${say("notFound")}</p>`;
  return html`${doses.map((dose) => doseCard(view, dose, words))}`;
}

function doseCard(view: View, { shown, lot, atMs, way }: DoseTrace, words: PlaceWords): Html {
  const say = doseTexts(view.language);
  const rows = way.map(({ site, place, fromMs, toMs, episodes }) => [
    `${site} ${words(site, place)}`,
    moment(view, iso(fromMs)),
    moment(view, iso(toMs)),
    episodes.length === 0 ? say("none") : html`${episodes.map((met) => excursionLink(met, words))}`,
  ]);
  const heads = [say("way"), say("since"), say("ended"), say("met")];
  return html`
    <section
      class="panel"><h2>${shown} · ${say("lot")} ${lot} · ${moment(
        view,
        iso(atMs),
      )}</h2>${dataTable(heads.map((head) => ({ head })), rows)}</section>
  `;
}
