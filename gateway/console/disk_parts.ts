/** What a page shows of the disk: a banner while it is nearly full, and its figures. */
import { html } from "hono/html";
import type { DiskView } from "../disk_watch.ts";
import type { NodeStatus } from "../status.ts";
import { explain } from "./explain.ts";
import { age, bytesText, factRows, type Html, stateText, type View } from "./view.ts";

/** Which class is refused, how full it is, how long it lasts and what to do; else nothing. */
export function diskBanner(view: View, disk: DiskView): Html {
  const { t } = view;
  if (disk.unwritable !== null) {
    return html`<div class="banner bad"><strong>${t("cannotWrite")}</strong>
      <span>${explain(view, disk.unwritable)} · ${t("cannotWriteHint")}</span></div>`;
  }
  if (disk.state === "ok") return html``;
  const used = t("diskUsed").replace("{}", percentText(disk.usedPercent));
  const refused = disk.refuses.map((stream) => stateText(view, stream)).join(", ");
  const [tone, title, hint] = disk.refuses.length === 0
    ? ["warn", t("diskFilling"), t("diskFillingHint")] as const
    : ["bad", t("diskRefuses").replace("{}", () => refused), t("diskRefusesHint")] as const;
  return html`<div class="banner ${tone}"><strong>${title}</strong>
    <span>${used} · ${t("daysLeft")} ${daysText(view, disk)} · ${hint}</span></div>`;
}

function percentText(percent: number): string {
  return percent.toFixed(percent < 99.95 ? 1 : 0);
}

function daysText({ t }: View, { daysLeft, bytesADay }: DiskView): string {
  if (bytesADay === 0) return t("noGrowth");
  if (daysLeft === null) return t("notKnownYet");
  return `${daysLeft < 10 ? daysLeft.toFixed(1) : Math.floor(daysLeft)} ${t("days")}`;
}

/** Growth, days left, what is kept, what the flash has to bear. */
export function diskFacts(view: View, { disk, retentionDays }: NodeStatus): Html {
  const { t } = view;
  const growth = disk.bytesADay === null ? t("notKnownYet") : bytesText(disk.bytesADay);
  const amplification = disk.writeAmplification === null
    ? t("notKnownYet")
    : disk.writeAmplification.toFixed(1);
  const facts: readonly [string, Html | string][] = [
    [t("diskFree"), bytesText(disk.freeBytes)],
    [t("diskShare"), `${percentText(disk.usedPercent)} %`],
    [t("reserve"), bytesText(disk.reserveBytes)],
    [t("growth"), growth],
    [t("daysLeft"), daysText(view, disk)],
    [t("retention"), `${retentionDays} ${t("days")}`],
    [t("keptFor"), disk.keptSince === null ? "–" : age(view, disk.keptSince)],
    [t("amplification"), amplification],
  ];
  return factRows(facts);
}
