/** Devices as cards, for the overview; and one device whole. */
import { html } from "hono/html";
import type { DeviceView, PointView } from "../devices/device_list.ts";
import { DATE_MAX } from "../devices/latest.ts";
import { type Column, dataTable } from "./data_table.ts";
import type { RequestCounts } from "../devices/request_counts.ts";
import { explain } from "./explain.ts";
import {
  age,
  badge,
  factRows,
  type Html,
  moment,
  pointState,
  pointTone,
  stateText,
  titleOf,
  type Tone,
  unit,
  valueText,
  type View,
} from "./view.ts";

/** Cards of devices; `base` is the address below which a device has its page. */
export function deviceCards(view: View, devices: readonly DeviceView[], base: string): Html {
  if (devices.length === 0) return html`<p class="empty">${view.t("noDevices")}</p>`;
  // What needs somebody stands first; otherwise by name, so that a card keeps its place.
  const order: readonly Tone[] = ["bad", "warn", "good", "idle"];
  const sorted = devices.toSorted((a, b) =>
    order.indexOf(deviceTone(a)) - order.indexOf(deviceTone(b))
  );
  return html`<div class="cards">${sorted.map((device) => deviceCard(view, device, base))}</div>`;
}

export function deviceTone(device: DeviceView): Tone {
  if (!device.configured) return "idle";
  if (device.state === "offline" || device.silentSince !== null) return "bad";
  if (device.state === null) return "idle";
  const worst = device.points.map(pointTone);
  if (worst.includes("bad")) return "bad";
  return device.state === "degraded" || worst.includes("warn") ? "warn" : "good";
}

function deviceCard(view: View, device: DeviceView, base: string): Html {
  const tone = deviceTone(device);
  const [first, ...others] = device.points;
  const newest = device.points.reduce<PointView | undefined>(newerOf, undefined);
  return html`<a class="card ${tone} ${
    device.state === "offline" ? "offline" : ""
  }" href="${base}/${device.device}">
    <header>
      <h3>${titleOf(view, device.title, device.device)}</h3>
      ${badge(tone, deviceState(view, device))}
    </header>
    ${
    first === undefined
      ? html`<p class="empty">${view.t("nothingYet")}</p>`
      : mainPoint(view, first)
  }
    ${
    device.state === "degraded" ? html`<p class="reason">${explain(view, device.reason)}</p>` : ""
  }
    <dl class="points">${others.slice(0, 5).map((point) => smallPoint(view, point))}</dl>
    <footer><span>${device.device}</span>${ageOf(view, newest)}</footer>
  </a>`;
}

function deviceState(view: View, device: DeviceView): string {
  if (!device.configured) return view.t("notConfigured");
  if (device.silentSince !== null && device.state !== "offline") return view.t("noData");
  if (device.state === null) return view.t("unknown");
  if (device.state === "online" && device.points.some(({ stale }) => stale)) return view.t("stale");
  if (device.state === "online" && device.points.some(({ quality }) => quality === "fault")) {
    return view.t("fault");
  }
  return stateText(view, device.state);
}

function mainPoint(view: View, point: PointView): Html {
  return html`<p class="main-value ${pointTone(point)}">
    <span class="label">${titleOf(view, point.title, point.point)}</span>
    <strong>${valueText(view, point)}</strong> <span class="unit">${unit(point)}</span>
    ${pointTone(point) === "good" ? "" : badge(pointTone(point), pointState(view, point))}
  </p>`;
}

function smallPoint(view: View, point: PointView): Html {
  return html`
    <div class="${pointTone(point)}">
      <dt>${titleOf(view, point.title, point.point)}</dt>
      <dd>${valueText(view, point)} <span class="unit">${unit(point)}</span></dd>
    </div>
  `;
}

/** The newer of both; a point whose age nobody knows is the older one. */
function newerOf(one: PointView | undefined, other: PointView): PointView {
  return one === undefined || (other.ageSeconds ?? Infinity) < (one.ageSeconds ?? Infinity)
    ? other
    : one;
}

/** Of when it is, as this browser's clock counts: a clock that was set does not make it older. */
function ageOf(view: View, point: PointView | undefined): Html | string {
  if (point === undefined) return age(view, null);
  if (point.ageSeconds === null) return view.t("unknown");
  const ms = view.nowMs - point.ageSeconds * 1000;
  return age(view, Math.abs(ms) > DATE_MAX ? null : new Date(ms).toISOString());
}

/** The wall clock as read; where it was doubtful that is marked, and corrected once it can be. */
function received(view: View, { time, clock, correctedTime }: PointView): Html {
  const { t } = view;
  if (correctedTime !== null) {
    return html`${moment(view, correctedTime)}<br>${badge("warn", t("clockCorrected"))}
      <small>${t("clockSaid")} ${moment(view, time)}</small>`;
  }
  if (clock === "trusted") return moment(view, time);
  const doubt = t(clock === "holdover" ? "clockHoldover" : "clockUntrusted");
  return html`${moment(view, time)}<br>${badge("warn", doubt)}`;
}

/** One device with all its points. */
export function devicePage(
  view: View,
  device: DeviceView,
  requests: RequestCounts | null = null,
): Html {
  const { t } = view;
  const tone = deviceTone(device);
  return html`
    <section class="panel">
      <header class="panel-head">
            <h2>${titleOf(view, device.title, device.device)}</h2>
            ${badge(tone, deviceState(view, device))}
          </header>
      <dl class="facts">
            <div><dt>${t("name")}</dt><dd><code>${device.device}</code></dd></div>
            <div><dt>${t("profile")}</dt><dd>${device.profile ?? "–"}</dd></div>
            <div><dt>${t("line")}</dt><dd>${device.source ?? "–"}</dd></div>
            <div><dt>${t("interval")}</dt><dd>${device.intervalSeconds ?? "–"} ${t(
              "seconds",
            )}</dd></div>
            ${device.silentSince === null ? "" : html`
              <div>
                <dt>${t("noDataSince")}</dt>
                <dd>${age(view, device.silentSince)}</dd>
              </div>
            `}
            ${device.state === null ? "" : html`
              <div>
                <dt>${t("reason")}</dt>
                <dd>${explain(view, device.reason)}</dd>
              </div>
              <div>
                <dt>${t("since")}</dt>
                <dd>${age(view, device.since)}</dd>
              </div>
            `}
            ${requests === null ? "" : requestFacts(view, requests)}
          </dl>
      ${device.doubt === null
        ? ""
        : html`<p class="banner warn">${t("doubt")}${device.doubt[view.language]}</p>`}
    </section>
    ${device.points.length === 0
      ? html`<p class="empty">${t("nothingYet")}</p>`
      : html`<section class="panel">${
        dataTable(pointColumns(view), device.points.map((point) => pointRow(view, point)))
      }</section>`}
  `;
}

/** What became of the questions to it, since the start. */
function requestFacts(
  { t }: View,
  { requests, leftOut, outcomes, latencyMs }: RequestCounts,
): Html {
  const facts: [string, string | number][] = [
    [t("requests"), requests],
    [t("leftOut"), leftOut],
    [t("latency"), latencyMs === null ? "–" : `${Math.round(latencyMs)} ms`],
    [t("timeouts"), outcomes.timeout],
    [t("crcErrors"), outcomes["crc-error"]],
    [t("mismatches"), outcomes.mismatch],
    [t("exceptions"), outcomes.exception],
  ];
  return factRows(facts);
}

function pointColumns({ t }: View): Column[] {
  return [
    { head: t("point") },
    { head: t("value"), number: true },
    { head: t("quality") },
    { head: t("age") },
    { head: t("received") },
    { head: t("deviceTime") },
    { head: t("entry"), number: true },
  ];
}

function pointRow(view: View, point: PointView): (Html | string | number)[] {
  const tone = pointTone(point);
  const reason = point.reason === null ? "" : html`<br>${explain(view, point.reason)}`;
  return [
    titleOf(view, point.title, point.point),
    html`${valueText(view, point)} <span class="unit">${unit(point)}</span>`,
    html`${badge(tone, pointState(view, point))}${reason}`,
    ageOf(view, point),
    received(view, point),
    point.deviceTime === null ? "–" : moment(view, point.deviceTime),
    point.seq,
  ];
}
