/** Doses that two sites have at once, as a county's person reads it, with what to do (C14). */
import { html } from "hono/html";
import type { Text } from "../../../drivers/profile_parts.ts";
import type { Html, View } from "../../console/view.ts";
import type { CountedTwice } from "../flow/counted_twice.ts";

const TITLE: Text = { zh: "两站重复计数", en: "Counted at two sites" };

function wordsOf({ product, lot, sender, receiver, sent, stored }: CountedTwice): Text {
  return {
    zh: `批号 ${lot}（${product}）：${receiver} 已入库 ${stored} 剂，而 ${sender} 撤销后只剩发出 ` +
      `${sent} 剂。请两站清点：货在 ${receiver} 的，由 ${sender} 重新登记发出；` +
      `货在 ${sender} 的，由 ${receiver} 撤销入库。`,
    en: `Lot ${lot} (${product}): ${receiver} has stored ${stored} doses, and ${sender}, which ` +
      `took its step back, says that it sent ${sent}. Count at both: if ${receiver} has them, ` +
      `${sender} writes again that it sent them; if ${sender} has them, ${receiver} takes its ` +
      "own step back.",
  };
}

export function countedTwicePanel({ language }: View, found: readonly CountedTwice[]): Html | "" {
  if (found.length === 0) return "";
  return html`
    <section class="panel alert">
      <h2>${TITLE[language]}</h2>
      <ul>${found.map((one) => html`<li>${wordsOf(one)[language]}</li>`)}</ul>
    </section>
  `;
}
