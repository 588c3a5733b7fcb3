/** Pieces that all pages of waste use. */
import { html } from "hono/html";
import type { Text } from "../../../drivers/profile_parts.ts";
import type { Said } from "../../console/page.ts";
import {
  actionButton,
  choiceField,
  type Field,
  inputField,
  type Worded,
} from "../../console/form_parts.ts";
import { subtabs } from "../../console/subtabs.ts";
import { badge, durationText, type Html, type View } from "../../console/view.ts";
import { problemWords } from "../../problem_words.ts";
import { CATEGORIES, type CategoryCode } from "../category.ts";
import type { BagClock } from "../clock/bag_clock.ts";
import type { Done } from "../desk/done.ts";
import { custodianKey } from "../entry/subject.ts";
import { kilograms } from "../limits.ts";
import type { Refusal } from "../refusal.ts";
import type { Place, Shown } from "./shown.ts";
import { type WasteTextKey, wasteTexts } from "./text.ts";

const TABS = [
  ["/waste", "overview", "both"],
  ["/waste/seal", "seal", "site"],
  ["/waste/move", "handOver", "site"],
  ["/waste/store", "store", "site"],
  ["/waste/box", "box", "site"],
  ["/waste/manifests", "manifests", "both"],
  ["/waste/trace", "trace", "both"],
] as const satisfies readonly (readonly [string, WasteTextKey, "both" | "site"])[];
export type WasteTab = typeof TABS[number][0];

/** The row of waste's own tabs, what became of a form before, and the page. */
export function wasteFrame(
  view: View,
  shown: Pick<Shown, "desk">,
  current: WasteTab,
  main: Html,
  said: string | null = null,
): Html {
  const say = wasteTexts(view.language);
  const tabs = TABS.filter(([, , who]) => who === "both" || shown.desk !== null);
  return html`
    ${subtabs(tabs.map(([path, text]) => [path, say(text)] as const), (path) => path === current)}
    ${said === "done" || said === "waits"
      ? html`<p class="banner good" role="status">${
        say(said === "done" ? "done" : "doneWaits")
      }</p>`
      : ""}
    ${main}
  `;
}

/** All that speaks against an act, for whoever stands there. */
export function faultsBanner(view: View, faults: readonly Text[]): Html | "" {
  if (faults.length === 0) return "";
  const say = wasteTexts(view.language);
  return html`
    <div class="banner bad" role="alert">${say("refused")}<ul>${faults.map((one) =>
      html`<li>${one[view.language]}</li>`
    )}</ul></div>
  `;
}

/** Why nothing was written, in words. */
export function faultTexts({ faults, problem }: Extract<Done, { kind: "refused" }>): Text[] {
  if (faults.length > 0) return faults.map(({ text, rule }: Refusal) => ruled(text, rule));
  const words = problemWords(problem);
  const known = PROBLEMS[problem.code];
  return [{ zh: known ?? words, en: words }];
}

function ruled({ zh, en }: Text, rule: string): Text {
  return { zh: `${zh}（${rule}）`, en: `${en} (${rule})` };
}

/** Problems that persons meet at a page, by their codes. */
const PROBLEMS: Readonly<Record<string, string>> = {
  "person-needed": "请以本人账户登录后操作（W4）",
  "second-person-needed": "第二人不能与第一人相同（W4）",
  "pin-wrong": "第二人的账户与 PIN 不符，或已锁定",
  "badge-wrong": "此卡不属于有权在此复核的人，请重新刷卡（W4）",
  "busy": "正在核对此 PIN，请稍后再试",
  "missing-right": "第二人没有复核医疗废物的权限",
  "county-set": "由县级开启，只有县级可以关闭（W5）",
  "no-room": "磁盘暂时不接收：未保存，请通知技术员",
  "waste-invalid": "有字段缺失或不正确",
};

/** The form's page again, with what speaks against it. */
export function refusedPage(main: Html, status: 400 | 409 = 409): Said {
  return { main, status };
}

interface WasteField extends Worded<Field, WasteTextKey> {
  readonly step?: string;
}

export function field(view: View, { step, ...asked }: WasteField): Html {
  const more = asked.type === "file"
    ? html`accept="image/*" capture="environment"`
    : step === undefined
    ? ""
    : html`step="${step}" min="0"`;
  const keys = step === undefined ? {} : { keys: "decimal" } as const;
  return inputField({ ...keys, ...asked, more, label: wasteTexts(view.language)(asked.label) });
}

interface Choice {
  readonly value: string;
  readonly text: string;
}

/** One alone is chosen already. */
export function choose(
  view: View,
  { name, label, value = "" }: Pick<WasteField, "name" | "label" | "value">,
  choices: readonly Choice[],
): Html {
  const none = choices.length === 1 ? [] : [["", ""] as const];
  const options = [...none, ...choices.map((one) => [one.value, one.text] as const)];
  return choiceField(
    { name, label: wasteTexts(view.language)(label), chosen: value },
    options,
    true,
  );
}

export function placeChoices(places: readonly Place[]): Choice[] {
  return places.map((place) => ({ value: custodianKey(place), text: place.name }));
}

export function categoryChoices({ language }: View): Choice[] {
  return Object.values(CATEGORIES).map(({ code, name }) => ({
    value: code,
    text: `${name[language]} ${code}`,
  }));
}

/** One code a line, as a reader at the keyboard ends each. */
export function codesField(view: View, value = "", isNeeded = true): Html {
  const say = wasteTexts(view.language);
  return html`
    <label class="field">
      <span>${say("codes")}</span>
      <textarea name="codes" rows="6" autocapitalize="characters" spellcheck="false"
        ${isNeeded ? "required" : ""}>${value}</textarea>
      <small class="note">${say("codesHint")}</small>
    </label>
  `;
}

/** The second person's own credential (W4). */
export function secondFields(view: View, isNeeded = false): Html {
  const say = wasteTexts(view.language);
  return html`
    <fieldset>
      <legend>${say("second")}</legend>
      <p class="note">${say(isNeeded ? "secondNeeded" : "secondHint")}</p>
      ${credentialFields(view)}
    </fieldset>
  `;
}

/** A badge that a reader types, and ends with Enter, which sends the form; or account and PIN. */
export function credentialFields(view: View): Html {
  const optional = true;
  return html`
    ${field(view, { name: "badge", label: "badge", type: "password", optional })}
    ${field(view, { name: "account", label: "account", optional })}
    ${field(view, { name: "pin", label: "pin", type: "password", keys: "numeric", optional })}
  `;
}

export function action(view: View, label: WasteTextKey, name?: string): Html {
  return actionButton(wasteTexts(view.language)(label), name);
}

export function hidden(values: Readonly<Record<string, string>>): Html {
  return html`${
    Object.entries(values).map(([name, value]) =>
      html`<input type="hidden" name="${name}" value="${value}">`
    )
  }`;
}

export function bagLink(bag: string): Html {
  return html`<a href="/waste/bags/${encodeURIComponent(bag)}"><code>${bag}</code></a>`;
}

export function manifestLink(manifest: string): Html {
  return html`<a href="/waste/manifests/${
    encodeURIComponent(manifest)
  }"><code>${manifest}</code></a>`;
}

export function entryLink(id: string): Html {
  return html`<a href="/waste/entries/${encodeURIComponent(id)}"><code>${
    id.slice(0, 8)
  }</code></a>`;
}

export function kilogramsText(grams: number | null | undefined): string {
  return grams === null || grams === undefined ? "—" : `${kilograms(grams)} kg`;
}

export function categoryName({ language }: View, code: CategoryCode | null): string {
  return code === null ? "—" : CATEGORIES[code].name[language];
}

/** Where a bag's clock stands, as a colour and in words (W5). */
export function clockBadge(view: View, clock: BagClock): Html {
  const { language } = view;
  const say = wasteTexts(language);
  const { stage, age, remainsMs } = clock;
  if (stage === "stopped") return badge("idle", say("stopped"));
  if (age === null || remainsMs === null) return badge("bad", say("ageUnknown"));
  const tone = stage === "breached" ? "bad" : stage === "warning" ? "warn" : "good";
  const doubt = age.isCertain ? "" : say("inDoubt");
  const [old, rest] = [age.ms, Math.abs(remainsMs)]
    .map((ms) => durationText(language, Math.floor(ms / 1000)));
  return badge(tone, say(remainsMs > 0 ? "left" : "past", old, rest) + doubt);
}
