/** Pieces that pages about doses share. */
import { html } from "hono/html";
import type { Text } from "../../../drivers/profile_parts.ts";
import {
  actionButton,
  type Choice,
  choiceField,
  type Field,
  inputField,
  type Worded,
} from "../../console/form_parts.ts";
import type { Said } from "../../console/page.ts";
import { subtabs } from "../../console/subtabs.ts";
import type { Html, View } from "../../console/view.ts";
import type { Done } from "../flow/flow_desk.ts";
import { type DoseText, doseTexts } from "./dose_text.ts";
import { problemText } from "./refusal_text.ts";
import { outcome } from "./unit_parts.ts";

const TABS = [
  ["/vaccines", "stock"],
  ["/vaccines/receipts", "receipts"],
  ["/vaccines/session", "session"],
  ["/vaccines/quarantine", "heldBack"],
  ["/vaccines/trace", "trace"],
] as const;
export type DoseTab = typeof TABS[number][0];

export interface FrameParts {
  readonly current: DoseTab;
  readonly isSite: boolean;
  readonly faults?: readonly Text[];
  readonly isSaved?: boolean;
}

export function doseFrame(view: View, parts: FrameParts, main: Html): Html {
  const { current, isSite, faults = [], isSaved = false } = parts;
  const say = doseTexts(view.language);
  const tabs = TABS.filter(([path]) => isSite || path !== "/vaccines/session")
    .map(([path, text]) => [path, say(text)] as const);
  return html`
    ${subtabs(tabs, (path) => path === current)}
    ${outcome(view, { isSaved, faults })}
    ${main}
  `;
}

/** Why nothing was written; `null`: it was. */
export function faultsOf(done: Done): readonly Text[] | null {
  if (done.kind === "done") return null;
  if (done.kind === "refused") return done.refusals.map(({ text }) => text);
  return [problemText(done.problem)];
}

export function refusedPage(main: Html): Said {
  return { main, status: 409 };
}

export function field(view: View, asked: Worded<Field, DoseText>): Html {
  return inputField({ ...asked, label: doseTexts(view.language)(asked.label) });
}

export function choice(
  view: View,
  asked: Worded<Choice, DoseText>,
  options: readonly (readonly [value: string, text: string])[],
): Html {
  return choiceField({ ...asked, label: doseTexts(view.language)(asked.label) }, options);
}

export function action(view: View, text: DoseText, formaction?: string): Html {
  return actionButton(doseTexts(view.language)(text), formaction);
}
