/** Whether goods may leave or come back, and as which part (P9), before anything is stored. */
import { createHash } from "node:crypto";
import type { NewEntry } from "../../../sync/append.ts";
import {
  type DispensingBody,
  type GoodsLine,
  PARTS_MAX,
  type ReturnBody,
} from "./dispensing_body.ts";
import { isOut } from "./goods.ts";
import { decimalText, millionths, signedMillionths } from "./quantity.ts";
import type { Standing, VersionStanding } from "./standing.ts";

export type GoodsRefusal =
  | "superseded"
  | "cancelled"
  /** It waits for somebody, or was stopped: the state says what. */
  | "not-passed"
  /** An earlier version's goods are out: they come back first. */
  | "earlier-out"
  | "unknown-line"
  | "other-unit"
  | "nothing"
  /** More than is left of a line; of a return: more than that part gave. */
  | "over-quantity"
  | "unknown-part"
  /** Another content came under the same key (T2). */
  | "other-content"
  | "too-many-parts";

export type GoodsPlan =
  | { readonly kind: "part"; readonly part: number }
  /** It is there already: answered as the first time. */
  | { readonly kind: "repeated"; readonly part: number }
  | { readonly kind: "refused"; readonly why: GoodsRefusal; readonly detail: string };

/** `id` is that of the sender's key; the token was checked before. */
export function planDispensing(
  standing: Standing,
  asked: Pick<DispensingBody, "id" | "version" | "lines">,
): GoodsPlan {
  const { version, state, goods, pass } = standing;
  const known = [standing, ...standing.earlier].flatMap(({ goods }) =>
    goods.parts.flatMap(({ dispensings }) => dispensings)
  ).find(({ id }) => id === asked.id);
  if (known !== undefined) {
    return known.version === asked.version && sameLines(known.lines, asked.lines)
      ? { kind: "repeated", part: known.part }
      : refused("other-content", `part ${known.part} has this key`);
  }
  if (asked.version !== version) return refused("superseded", `version ${version} is the latest`);
  if (state === "cancelled") return refused("cancelled", "the HIS took it back");
  if (pass === null) return refused("not-passed", `it is ${state}`);
  const out = standing.earlier.find(({ goods }) => isOut(goods));
  if (out !== undefined) return refused("earlier-out", `version ${out.version} was dispensed`);
  const fault = overLines(asked.lines, (line, unit) => {
    const own = goods.lines.filter((one) => one.line === line && one.prescribed !== "0");
    if (own.length === 0) return "unknown-line";
    const same = own.find((one) => one.unit === unit);
    return same === undefined
      ? "other-unit"
      : millionths(same.prescribed) - signedMillionths(same.out);
  });
  if (fault !== null) return fault;
  const part = (goods.parts.at(-1)?.part ?? 0) + 1;
  return part > PARTS_MAX
    ? refused("too-many-parts", `at most ${PARTS_MAX}`)
    : { kind: "part", part };
}

/** What comes back of a part: no more than it gave, less what is back already. */
export function planReturn(
  standing: VersionStanding,
  returned: readonly ReturnBody[],
  asked: Pick<ReturnBody, "id" | "part" | "lines">,
): GoodsPlan {
  const known = returned.find(({ id }) => id === asked.id);
  if (known !== undefined) {
    return known.part === asked.part && sameLines(known.lines, asked.lines)
      ? { kind: "repeated", part: known.part }
      : refused("other-content", `a return of part ${known.part} has this key`);
  }
  const part = standing.goods.parts.find((one) => one.part === asked.part);
  if (part === undefined) return refused("unknown-part", `part ${asked.part} was not dispensed`);
  const fault = overLines(asked.lines, (line, unit) => {
    const gave = quantityOf(part.dispensings, line, unit);
    const back = quantityOf(returned.filter((one) => one.part === asked.part), line, unit);
    return gave === 0n ? "unknown-line" : gave - back;
  });
  return fault ?? { kind: "part", part: asked.part };
}

/** The first fault of what is asked, each line against what is left of it. */
function overLines(
  lines: readonly GoodsLine[],
  leftOf: (line: number, unit: string) => bigint | "unknown-line" | "other-unit",
): GoodsPlan | null {
  const taken = new Map<number, bigint>();
  for (const { line, quantity: { value, unit } } of lines) {
    const left = leftOf(line, unit);
    if (typeof left === "string") return refused(left, `line ${line} in ${unit}`);
    const count = millionths(value);
    if (count === 0n) return refused("nothing", `line ${line}: 0 ${unit}`);
    const all = (taken.get(line) ?? 0n) + count;
    taken.set(line, all);
    if (all > left) {
      const detail = `line ${line}: ${decimalText(all)} ${unit}, ${decimalText(left)} are left`;
      return refused("over-quantity", detail);
    }
  }
  return null;
}

function quantityOf(
  bodies: readonly Pick<DispensingBody, "lines">[],
  line: number,
  unit: string,
): bigint {
  return bodies.flatMap(({ lines }) => lines)
    .filter((one) => one.line === line && one.quantity.unit === unit)
    .reduce((sum, { quantity }) => sum + millionths(quantity.value), 0n);
}

function sameLines(some: readonly GoodsLine[], others: readonly GoodsLine[]): boolean {
  const text = (lines: readonly GoodsLine[]) =>
    JSON.stringify(
      lines.map(({ line, quantity: { value, unit } }) => [line, decimalOf(value), unit]),
    );
  return text(some) === text(others);
}

function decimalOf(value: string): string {
  return decimalText(millionths(value));
}

function refused(why: GoodsRefusal, detail: string): GoodsPlan {
  return { kind: "refused", why, detail };
}

/**
 * The journal's key of a dispensing: with it a part of a prescription can be stored once, whatever
 * token it was on. Another body under it is a second use, and refused; it never ends.
 */
export function singleUseKey(body: DispensingBody): NonNullable<NewEntry["key"]> {
  const { site, prescription, version, part, id, token, lines } = body;
  const content = JSON.stringify([id, token, lines]);
  return {
    channel: `dispensing/${site}`,
    id: `${version}/${part}/${prescription}`,
    digest: new Uint8Array(createHash("sha256").update(content).digest()),
    windowMs: null,
  };
}
