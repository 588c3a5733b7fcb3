/** Parts of pages that show how the node itself is doing: links, lines, journal, clock. */
import { html } from "hono/html";
import type { BlobLinkView } from "../blobs/blobs_view.ts";
import { filesHere, filesWaiting } from "./blob_parts.ts";
import type { LinkView, NodeStatus, SourceView } from "../status.ts";
import { dataTable } from "./data_table.ts";
import { diskFacts } from "./disk_parts.ts";
import { explain } from "./explain.ts";
import type { TextKey } from "./text.ts";
import {
  age,
  badge,
  bytesText,
  durationText,
  type Html,
  stateText,
  type Tone,
  type View,
} from "./view.ts";

export function clockBadge(view: View, clock: NodeStatus["clock"]): Html {
  const texts: Record<NodeStatus["clock"], TextKey> = {
    trusted: "clockTrusted",
    holdover: "clockHoldover",
    untrusted: "clockUntrusted",
  };
  const tone: Tone = clock === "trusted" ? "good" : "warn";
  return html`<span title="${clock === "trusted" ? "" : view.t("clockHint")}">${
    badge(tone, view.t(texts[clock]))
  }</span>`;
}

export function linkCards(
  view: View,
  { links, blobs }: Pick<NodeStatus, "links" | "blobs">,
): Html {
  return html`<div class="cards">${
    links.map((link) => {
      const files = blobs.links.find(({ destination }) => destination === link.destination);
      return linkCard(view, link, files ?? null);
    })
  }</div>`;
}

/** What is younger is on its way, not waiting. */
export const IN_STEP_SECONDS = 10;

export function linkTone(link: LinkView): Tone {
  if (link.state === "up") return link.blocked.length > 0 ? "bad" : "good";
  return link.state === "down" ? "bad" : "warn";
}

function linkCard(view: View, link: LinkView, files: BlobLinkView | null): Html {
  const { t, language } = view;
  const head = (text: string) =>
    html`<header><h3>${link.destination}</h3>${badge(linkTone(link), text)}</header>`;
  if (link.state === "not-enrolled") {
    return html`<article class="card warn">${head(t("notEnrolled"))}<p>${t("enrolHint")}</p>${
      filesWaiting(view, files)
    }</article>`;
  }
  const oldest = link.oldestWaitingSeconds ?? 0;
  const delivered = link.waitingEntries === 0 || (link.state === "up" && oldest < IN_STEP_SECONDS);
  return html`<article class="card ${linkTone(link)}">
    ${head(t(link.state))}
    ${
    delivered
      ? files !== null && files.waiting > 0 ? "" : html`<p class="calm">${t("allDelivered")}</p>`
      : html`<dl class="points">
      <div><dt>${t("waitingEntries")}</dt><dd>${link.waitingEntries}</dd></div>
      ${
        link.oldestWaitingSeconds === null ? "" : html`
          <div>
            <dt>${t("oldestWaiting")}</dt>
            <dd>${durationText(language, link.oldestWaitingSeconds)}</dd>
          </div>
        `
      }</dl>`
  }
    ${
    link.reason === null ? "" : html`
      <p class="reason">${explain(view, link.reason)}</p>
      ${link.clockSuspected ? clockSuspicion(view) : ""}
      <dl class="points">
              <div><dt>${t("attempts")}</dt><dd>${link.attempts}</dd></div>
              ${link.nextTrySeconds === null ? "" : html`
                <div>
                  <dt>${t("nextTry")}</dt>
                  <dd>${durationText(language, link.nextTrySeconds)}</dd>
                </div>
              `}
            </dl>
    `
  }
    ${
    link.blocked.length === 0 ? "" : html`
      <h4>${t("blocked")}</h4>
      <ul class="reason">${link.blocked.map(({ origin, stream, reason }) =>
        html`<li><code>${origin}</code> ${stateText(view, stream)}: ${reason}</li>`
      )}</ul>
    `
  }
    ${filesWaiting(view, files)}
  </article>`;
}

function clockSuspicion(view: View): Html {
  const now = new Date(view.nowMs).toISOString().slice(0, 16).replace("T", " ");
  return html`<p class="reason">${view.t("clockLikely").replace("{}", `${now} UTC`)}</p>`;
}

export function lineTable(view: View, sources: readonly SourceView[]): Html {
  const { t } = view;
  const tones = { running: "good", starting: "idle", waiting: "bad" } as const;
  const columns = [t("name"), t("driver"), t("state"), t("detail")].map((head) => ({ head }));
  return dataTable(
    columns,
    sources.map((source) => [
      source.name,
      source.driver,
      badge(tones[source.state], t(source.state)),
      html`${explain(view, source.detail)}${tries(view, source)}${counted(view, source)}`,
    ]),
  );
}

function tries({ t, language }: View, { state, attempts, nextTrySeconds }: SourceView): Html {
  if (state !== "waiting" || nextTrySeconds === null) return html``;
  const next = durationText(language, nextTrySeconds);
  return html`<br><small>${t("attempts")} ${attempts} · ${t("nextTry")} ${next}</small>`;
}

/** What was counted of a line since the start, where it says that something is wrong with it. */
function counted({ t }: View, { strayBytes, leftOutPolls }: SourceView): Html {
  const stray = strayBytes === 0 ? "" : html`<br><small>${t("strayBytes")} ${strayBytes}</small>`;
  const leftOut = leftOutPolls === 0
    ? ""
    : html`<br><small>${t("lineFull").replace("{}", String(leftOutPolls))}</small>`;
  return html`${stray}${leftOut}`;
}

/** Entries a stream of this life holds, and the room there is. */
export function journalFacts(view: View, status: NodeStatus): Html {
  const { t } = view;
  const own = status.positions.filter(({ origin }) => origin === status.origin);
  return html`<dl class="facts">
    ${
    own.map(({ stream, seq }) =>
      html`
        <div>
          <dt>${stateText(view, stream)}</dt>
          <dd>${seq}</dd>
        </div>
      `
    )
  }
    <div><dt>${t("onDisk")}</dt><dd>${bytesText(status.journal.bytes)}</dd></div>
    ${diskFacts(view, status)}
    ${filesHere(view, status.blobs)}
    <div class="wide"><dt>${t("life")}</dt><dd><code>${status.origin}</code></dd></div>
  </dl>`;
}

/** What an operator has said of a centre that is gone for good. */
/** What domains have somebody look into. */
export function concernBanners(view: View, { concerns }: Pick<NodeStatus, "concerns">): Html {
  return html`${
    concerns.map(({ title, reason }) =>
      html`<div class="banner bad"><strong>${title[view.language]}</strong>
      <span>${explain(view, reason)}</span></div>`
    )
  }`;
}

export function lostCentres(view: View, { lostCentres }: Pick<NodeStatus, "lostCentres">): Html {
  return html`${
    lostCentres.map(({ centre, reason, by, wallMs }) =>
      html`<p class="banner bad"><strong>${centre}</strong> <span>${view.t("centreLost")} ·
      ${reason} · ${by} · ${age(view, new Date(wallMs).toISOString())}</span></p>`
    )
  }`;
}
