/** A cycle's reasons in words, and its curve as points: the same on a page and on paper. */
import type { Language } from "../../console/text.ts";
import { type Reason, REASON_TEXTS } from "../reason.ts";
import type { Sample } from "../sample.ts";
import { sterileTexts } from "./text.ts";

/** `null`: nobody saw it. */
export type Point = readonly [ms: number, value: number | null];

export function temperaturePoints(samples: readonly Sample[], name: string): Point[] {
  return pointsOf(samples, ({ temperaturesCel }) => temperaturesCel[name] ?? null);
}

export function pressurePoints(samples: readonly Sample[]): Point[] {
  return pointsOf(samples, ({ pressureKPa }) => pressureKPa);
}

/** A pause of a minute is one, and no line is drawn over it. */
const PAUSE_MS = 60_000;

function pointsOf(samples: readonly Sample[], valueOf: (sample: Sample) => number | null): Point[] {
  const start = samples[0]?.wallMs ?? 0;
  let last: Sample | null = null;
  let ms = 0;
  return samples.flatMap((sample): Point[] => {
    const isSame = last?.bootId === sample.bootId;
    const step = last === null ? 0 : isSame ? sample.bootMs - last.bootMs : PAUSE_MS + 1;
    ms += Math.max(0, step);
    last = sample;
    const point: Point = [start + ms, valueOf(sample)];
    return step > PAUSE_MS ? [[start + ms - 1, null], point] : [point];
  });
}

/** As people read it, with its numbers and its rule. */
export function reasonText(language: Language, reason: Reason): string {
  const say = sterileTexts(language);
  const { code, found, wanted, rule, text } = reason;
  const numbers = [
    ...found === undefined ? [] : [`${say("found")} ${rounded(found)}`],
    ...wanted === undefined ? [] : [`${say("wanted")} ${rounded(wanted)}`],
    ...rule === null ? [] : [`${say("rule")} ${rule}`],
    ...text === undefined ? [] : [`“${text}”`],
  ];
  const said = REASON_TEXTS[code][language];
  return numbers.length === 0 ? said : `${said} (${numbers.join(", ")})`;
}

function rounded(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}
