/** How the queue stands, who is on duty, and whether whoever looks is. */
import { html } from "hono/html";
import { age, badge, type Html, type View } from "../../console/view.ts";
import { waitState } from "../life/queue_order.ts";
import type { Listed } from "../queue/queue_item.ts";
import type { Workload } from "../queue/review_queue.ts";
import { LIST_MAX, type ReviewConfig } from "../review/review_desk.ts";
import { levelBadge } from "./findings_part.ts";
import { named, type Say, sayIn } from "./text.ts";

export interface QueueShown {
  readonly workload: Workload;
  readonly items: readonly Listed[];
  readonly policy: Pick<ReviewConfig, "warnMs" | "escalateMs">;
  /** Whoever looks. */
  readonly account: string;
  /** What they hold cannot be claimed anew. */
  readonly holds: boolean;
}

export function queueSide(view: View, shown: QueueShown): Html {
  const say = sayIn(view.language);
  const { workload, items, policy } = shown;
  return html`
    <aside class="bench-queue panel" aria-labelledby="bench-queue">
      <h2 id="bench-queue">${say("queue")}</h2>
      ${counts(view, say, workload, policy)}
      ${duty(say, shown)}
      <div data-part="list">${queueList(view, items, policy)}</div>
    </aside>
  `;
}

function counts(
  view: View,
  say: Say,
  { oldestMs, ...numbers }: Workload,
  { warnMs, escalateMs }: QueueShown["policy"],
): Html {
  const count = (name: keyof typeof numbers & string, hint = "", tone = "") => {
    const value = Number(numbers[name]);
    return html`
      <div class="${tone}" data-some="${String(value > 0)}">
        <dt>${named(view.language, name)} <small>${hint}</small></dt>
        <dd data-count="${name}">${value}</dd>
      </div>
    `;
  };
  const minutes = (ms: number) => say("minutes", Math.round(ms / 60_000));
  const oldest = oldestMs === null ? null : new Date(oldestMs).toISOString();
  return html`
    <dl class="bench-counts">
      ${count("waiting")}
      ${count("free")}
      ${count("emergencies", "", "bad")}
      ${count("warned", minutes(warnMs), "warn")}
      ${count("escalated", minutes(escalateMs), "bad")}
      <div><dt>${say("oldest")}</dt><dd data-oldest>${age(view, oldest)}</dd></div>
    </dl>
  `;
}

function duty(say: Say, { workload: { onDuty }, account, holds }: QueueShown): Html {
  const isOn = onDuty.includes(account);
  const people = onDuty.length === 0
    ? say("nobody")
    : onDuty.map((one) => one === account ? `${one}${say("you")}` : one).join(" · ");
  return html`
    <p class="bench-duty"><strong>${say("onDuty")}</strong>
      <span data-on-duty data-nobody="${say("nobody")}" data-you="${say(
        "you",
      )}">${people}</span></p>
    <div class="buttons">
      ${holds ? "" : html`<form method="post" action="/review/take"><button class="action strong"
        data-key="n">${say(isOn ? "take" : "comeOn")} <kbd>N</kbd></button></form>`}
      ${isOn
        ? html`<form method="post" action="/review/off-duty"><button class="action"
          data-key="o">${say("goOff")} <kbd>O</kbd></button></form>`
        : ""}
    </div>
  `;
}

/** It follows the queue while the page is open. */
export function queueList(
  view: View,
  items: readonly Listed[],
  policy: QueueShown["policy"],
): Html {
  const say = sayIn(view.language);
  if (items.length === 0) return html`<p class="empty">${say("nothingWaits")}</p>`;
  const title = items.length < LIST_MAX ? say("listedAll") : say("firstOf", LIST_MAX);
  return html`
    <details class="bench-list" open>
      <summary>${title}</summary>
      <ol>${items.map((one) => item(view, say, one, policy))}</ol>
    </details>
  `;
}

const SEVERITIES = ["red", "could-not-check", "orange", "yellow", "blue"] as const;

function item(
  view: View,
  say: Say,
  { site, prescription, purpose, order, holder, state }: Listed,
  policy: QueueShown["policy"],
): Html {
  const { emergency, severity, sinceMs } = order;
  const waits = emergency === 2 ? "in-time" : waitState(sinceMs, view.nowMs, policy);
  const tone = waits === "escalate" ? "bad" : waits === "warn" ? "warn" : "";
  return html`
    <li class="${tone}" ${state === "free" ? "" : "data-held"}>
      <div>${emergency === 0 ? badge("bad", say("emergency")) : ""}
        ${levelBadge(say, SEVERITIES[severity] ?? "blue")}
        ${waits === "escalate" ? badge("bad", say("escalated")) : ""}
        ${waits === "warn" ? badge("warn", say("warned")) : ""}
        ${purpose === "decide" ? "" : badge("idle", say(purpose))}</div>
      <div class="bench-item"><span>${site} · ${prescription}</span>
        <span>${age(view, new Date(sinceMs).toISOString())}</span></div>
      ${holder === null ? "" : html`<small>${say("heldBy", holder)}</small>`}
    </li>
  `;
}
