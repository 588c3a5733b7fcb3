/** Parts of pages that show files: what is here, what waits for a centre and why. */
import { html } from "hono/html";
import type { BlobLinkView, BlobsView } from "../blobs/blobs_view.ts";
import { explain } from "./explain.ts";
import { bytesText, durationText, type Html, type View } from "./view.ts";

/** Reasons shown; when one holds up many files, they tell the same. */
const REASONS_MAX = 5;

/** What waits for one centre; nothing where nothing does. */
export function filesWaiting(view: View, files: BlobLinkView | null): Html {
  if (files === null || files.waiting === 0) return html``;
  const { t, language } = view;
  const { waiting, waitingBytes, oldestWaitingSeconds, setAside } = files;
  const age = oldestWaitingSeconds === null ? "" : html`
    <div>
      <dt>${t("oldestWaiting")}</dt>
      <dd>${durationText(language, oldestWaitingSeconds)}</dd>
    </div>
  `;
  const reasons = [...new Set(setAside.map(({ reason }) => reason))].slice(0, REASONS_MAX);
  return html`<dl class="points">
      <div><dt>${t("filesWaiting")}</dt><dd>${waiting} · ${bytesText(waitingBytes)}</dd></div>
      ${age}
    </dl>
    ${
    reasons.length === 0 ? "" : html`
      <h4>${t("filesSetAside")}: ${setAside.length}</h4>
      <ul class="reason">${reasons.map((reason) => html`<li>${explain(view, reason)}</li>`)}</ul>
    `
  }`;
}

/** How many files are here; loud where some are lost. */
export function filesHere({ t }: View, { count, bytes, lost }: BlobsView): Html {
  if (count === 0 && lost === 0) return html``;
  return html`
    <div>
      <dt>${t("filesHere")}</dt>
      <dd>${count} · ${bytesText(bytes)}</dd>
    </div>
        ${lost === 0 ? "" : html`
          <div>
            <dt>${t("filesLost")}</dt>
            <dd>${lost}</dd>
          </div>
        `}
  `;
}
