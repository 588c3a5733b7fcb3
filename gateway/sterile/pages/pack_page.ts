/** The page of one pack: where it was sterilised, where it is, on whom it was used. */
import { html } from "hono/html";
import { idField } from "../../console/form_parts.ts";
import { badge, factRows, type Html, type View } from "../../console/view.ts";
import { maskNumber } from "../../people/masking.ts";
import type { PackView } from "../desk/views.ts";
import type { LoadStanding } from "../supply/load_standing.ts";
import type { Whereabouts } from "../supply/pack_trace.ts";
import { action, at, field, link, paths, stateBadge } from "./parts.ts";
import { sterileTexts, wordText } from "./text.ts";

export function packPage(view: View, site: string, trace: PackView, acts: boolean): Html {
  const say = sterileTexts(view.language);
  const { pack, packed, received, loads, where, leftUnreleased, doubts } = trace;
  const known = packed ?? received;
  return html`
    <section class="panel ${doubts.length > 0 ? "alert" : ""}">
      <div class="panel-head"><h2>${known?.title ?? pack}</h2>
        ${known?.implant === true ? badge("warn", say("implant")) : ""}</div>
      ${doubts.length === 0 ? "" : doubtBanner(view, doubts)}
      ${leftUnreleased ? html`<p class="banner bad">${say("leftUnreleased")}</p>` : ""}
      <dl class="facts">${factRows([
        [say("pack"), pack],
        [say("site"), site],
        [say("expires"), expiryFact(view, trace)],
        ...loads.map((load) => loadFact(view, say("load"), load)),
        ...receivedFacts(view, trace),
        ...trace.sentTo.map((other): [string, Html] => [
          say("sentTo"),
          link(paths.pack(other, pack), other),
        ]),
        ...whereFacts(view, where),
      ])}</dl>
    </section>
    ${acts ? packForms(view, site, trace) : ""}
  `;
}

/** A day is told by a wall clock: where that is in doubt, people look at the label. */
function expiryFact(view: View, { packed, received, isClockInDoubt }: PackView): Html | string {
  const expires = (packed ?? received)?.expires ?? null;
  if (expires === null) return "—";
  const doubt = sterileTexts(view.language)("clock-in-doubt");
  return isClockInDoubt ? html`${expires} ${badge("warn", doubt)}` : expires;
}

function loadFact(
  view: View,
  title: string,
  { load: { site, load }, state }: Pick<LoadStanding, "load" | "state">,
): [string, Html] {
  return [title, html`${link(paths.load(site, load), load)} ${stateBadge(view, state)}`];
}

/** What its label says of one that another supply sterilised, and what is known of it there. */
function receivedFacts(
  view: View,
  { received, supplied, isSupplierKnown }: PackView,
): [string, Html | string][] {
  if (received === null) return [];
  const say = sterileTexts(view.language);
  const { pack, supplier, lot, sterilisedOn } = received;
  const people = [received.by, received.checkedBy].map(({ id, name }) => name ?? id);
  const name = supplied === null ? supplier : link(paths.pack(supplier, pack), supplier);
  const { proof } = received;
  return [
    [
      say("supplierIs"),
      isSupplierKnown === false ? html`${name} ${badge("warn", say("supplierStrange"))}` : name,
    ],
    [say("lot"), lot],
    [say("sterilisedOn"), sterilisedOn],
    ...proof === undefined ? [] : [proofFact(view, proof)],
    [say("receivedBy"), people.join(" · ")],
    ...(supplied?.loads ?? []).map((load) => loadFact(view, say("atSupplier"), load)),
  ];
}

function proofFact(
  view: View,
  proof: NonNullable<NonNullable<PackView["received"]>["proof"]>,
): [string, Html] {
  const say = sterileTexts(view.language);
  const words = proof.indicator === "biological"
    ? [say("biological"), proof.document]
    : [say("emergency"), `${say("class")} ${proof.class}`, proof.document, proof.reason];
  return [say("supplierProof"), html`${stateBadge(view, proof.result)} ${words.join(" · ")}`];
}

/** What speaks against its use, before it is one. */
function doubtBanner(view: View, doubts: readonly string[]): Html {
  const words = doubts.map((doubt) => wordText(view.language, doubt));
  return html`<p class="banner bad" role="alert">${sterileTexts(view.language)("notToUse")}:
    ${words.join(" · ")}</p>`;
}

function whereFacts(view: View, where: Whereabouts): [string, Html | string][] {
  const say = sterileTexts(view.language);
  switch (where.kind) {
    case "store":
      return [[say("where"), say("store")]];
    case "issued":
      return [[say("where"), html`${say("issued")}: ${where.place} ${at(view, where.sinceMs)}`]];
    case "back":
      return [[say("where"), `${say("back")}: ${wordText(view.language, where.outcome)}`]];
    case "used":
      return where.uses.map(({ patient, place, timeMs }) => [
        say("used"),
        html`${maskNumber(patient)} · ${place} ${at(view, timeMs)}`,
      ]);
  }
}

function packForms(view: View, site: string, { pack, doubts }: PackView): Html {
  const say = sterileTexts(view.language);
  const path = paths.pack(site, pack);
  return html`
    <section class="panel">
      <h2>${say("issue")}</h2>
      <form method="post" action="${path}/issue" class="form row">${idField()}
        ${field(view, { name: "place", label: "ward" })}${action(view, "issue")}</form>
    </section>
    <section class="panel">
      <h2>${say("use")}</h2>
      ${doubts.length === 0 ? "" : html`<p class="note">${say("useIsAlarmed")}</p>`}
      <form method="post" action="${path}/use" class="form row">${idField()}
        ${field(view, { name: "patient", label: "patient" })}
        ${field(view, { name: "place", label: "ward" })}${action(view, "use")}</form>
    </section>
  `;
}
