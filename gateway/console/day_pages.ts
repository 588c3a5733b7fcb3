/** The page on which both centres are compared day by day, and the list of what one lacks. */
import { html } from "hono/html";
import type { StreamDigest } from "../../sync/digests.ts";
import type { Compared } from "../fleet/comparisons.ts";
import type { NodeComparison, StreamComparison, StreamDay } from "../fleet/comparison.ts";
import { type Column, dataTable } from "./data_table.ts";
import { explain } from "./explain.ts";
import type { TextKey } from "./text.ts";
import {
  age,
  badge,
  counted,
  type Html,
  shortHash,
  stateText,
  type Tone,
  type View,
} from "./view.ts";

/** Days shown; those that differ are shown in any case. */
const ROWS_MAX = 120;

const DAY_TONES: Record<StreamDay["state"], Tone> = {
  equal: "good",
  open: "idle",
  pruned: "idle",
  different: "bad",
};

const DAY_TEXTS: Record<StreamDay["state"], TextKey> = {
  equal: "equal",
  open: "inStep",
  pruned: "prunedDay",
  different: "different",
};

/** All that both centres hold of one node. */
export function daysPage(
  view: View,
  node: string,
  { found, atMs, failure }: Compared<NodeComparison>,
): Html {
  const { t } = view;
  const head = html`
    <div class="panel-head">
      <h2>${t("dayByDay")} <small>${node}</small></h2>
      <form method="post" action="/equality/${node}/repair">
        <button class="action">${t("askAgain")}</button>
      </form>
    </div>
  `;
  const trouble = failure === null
    ? ""
    : html`<p class="banner warn">${explain(view, failure)}</p>`;
  if (found === null) {
    return html`${trouble}<section class="panel">${head}<p class="empty">${
      t("comparing")
    }</p></section>`;
  }
  const [before, behind] = t("comparedAgo").split("{}");
  const ago = age(view, new Date(atMs).toISOString());
  const when = html`<p class="note">${before}${ago}${behind} · ${t("dayHint")}</p>`;
  // What was equal then may not be now.
  const shown = failure === null ? verdict(view, found) : "";
  return html`${trouble}${shown}
    <section class="panel">${head}${when}${dayTable(view, node, found)}</section>`;
}

/** One sentence; where streams differ, each with the first entry that does. */
function verdict(view: View, { streams }: NodeComparison): Html {
  const { t } = view;
  const unequal = streams.filter(({ state }) => state !== "equal");
  if (unequal.length === 0) {
    return html`<p class="banner good"><strong>${t("bothEqual")}</strong></p>`;
  }
  const bad = unequal.some(({ state }) => state === "different");
  return html`
    <div class="banner ${bad ? "bad" : "warn"}">
      <strong>${t(bad ? "centresDiffer" : "notEqual")}</strong>
      <ul>${unequal.map((one) =>
        html`<li><code>${one.origin}</code> · ${stateText(view, one.stream)}: ${
          difference(view, one)
        }</li>`
      )}</ul>
    </div>
  `;
}

function difference(view: View, { state, firstDifference }: StreamComparison): Html {
  const { t } = view;
  const at = firstDifference ?? 0;
  switch (state) {
    case "equal":
      return html`${t("equal")}`;
    case "behind":
    case "only-here":
      return html`${counted(view, "thereLacksFrom", at)}`;
    case "ahead":
    case "only-there":
      return html`${counted(view, "hereLacksFrom", at)}`;
    case "different":
      return html`${
        firstDifference === null ? t("thereLacksSome") : counted(view, "differsFrom", at)
      }`;
  }
}

/** A day of one stream over all lives of the node. */
interface Row {
  readonly day: string;
  readonly stream: string;
  readonly state: StreamDay["state"];
  readonly here: { count: number; hash: string | null };
  readonly there: { count: number; hash: string | null };
}

const WORST: readonly StreamDay["state"][] = ["different", "open", "pruned", "equal"];

/** Days newest first; lives of one day are added up, the hash is that of the newest. */
function rowsOf({ streams, days }: NodeComparison): Row[] {
  const rank = new Map(streams.map(({ origin }, index) => [origin, index]));
  const newest = days.toSorted((a, b) => (rank.get(a.origin) ?? 0) - (rank.get(b.origin) ?? 0));
  const groups = Map.groupBy(newest, ({ day, stream }) => `${day} ${stream}`);
  const rows = Array.from(groups.values(), (group): Row => {
    const side = (name: "here" | "there") => ({
      count: group.reduce((sum, one) => sum + (one[name]?.count ?? 0), 0),
      hash: group.find((one) => one[name] !== null)?.[name]?.hash ?? null,
    });
    const state = WORST.find((state) => group.some((one) => one.state === state)) ?? "equal";
    return {
      day: group[0].day,
      stream: group[0].stream,
      state,
      here: side("here"),
      there: side("there"),
    };
  });
  rows.sort((a, b) => a.day !== b.day ? (a.day < b.day ? 1 : -1) : a.stream < b.stream ? -1 : 1);
  return rows.filter(({ state }, index) => index < ROWS_MAX || state === "different");
}

function dayTable(view: View, node: string, comparison: NodeComparison): Html {
  const { t } = view;
  const columns: Column[] = [
    { head: t("day") },
    { head: t("stream") },
    { head: t("state") },
    { head: t("here"), number: true },
    { head: t("hash") },
    { head: t("there"), number: true },
    { head: t("hash") },
    { head: t("evidence") },
  ];
  const rows = rowsOf(comparison).map(({ day, stream, state, here, there }) => [
    day,
    stateText(view, stream),
    badge(DAY_TONES[state], t(DAY_TEXTS[state])),
    here.count,
    here.hash === null ? "–" : shortHash(here.hash),
    there.count,
    there.hash === null ? "–" : shortHash(there.hash),
    html`<a href="${exportPath(node, stream, day)}" download>${t("exportDay")}</a>`,
  ]);
  return rows.length === 0
    ? html`<p class="empty">${t("nothingYet")}</p>`
    : dataTable(columns, rows);
}

function exportPath(node: string, stream: string, day: string): string {
  return `/api/export?${new URLSearchParams({ node, stream, from: day, to: day })}`;
}

/** Streams that only the other centre holds. */
export function onlyThereList(view: View, { found, failure }: Compared<StreamDigest[]>): Html {
  const { t } = view;
  if (failure !== null) return html`<p class="banner warn">${explain(view, failure)}</p>`;
  if (found === null || found.length === 0) return html``;
  const columns: Column[] = [
    { head: t("node") },
    { head: t("stream") },
    { head: t("there"), number: true },
    { head: t("hash") },
  ];
  const rows = found.map(({ origin, stream, seq, hash }) => [
    html`<code>${origin}</code>`,
    stateText(view, stream),
    seq,
    shortHash(hash.toHex()),
  ]);
  return html`<section class="panel"><h2>${t("onlyThere")}</h2>${
    dataTable(columns, rows)
  }</section>`;
}
