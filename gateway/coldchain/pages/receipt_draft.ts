/** A receipt that is being filled in, as its form has it: lines of goods, journey, decisions. */
import { fieldOf, filledIn, numberIn } from "../../form.ts";
import { timeOf } from "../evaluate/written.ts";
import { LOTS_MAX } from "../flow/flow_body.ts";
import type { ReadScan } from "../flow/flow_reads.ts";
import type { Calendar } from "../series/calendar.ts";

/** One lot, as it stands in the fields of its line. */
export interface Line {
  readonly product: string;
  readonly lot: string;
  readonly expires: string;
  readonly doses: string;
  readonly codes: readonly string[];
  readonly decision: string;
  readonly storedIn: string;
}

const EMPTY: Line = {
  ...{ product: "", lot: "", expires: "", doses: "", codes: [] },
  ...{ decision: "accepted", storedIn: "" },
};

export function linesIn(form: FormData): Line[] {
  const count = Math.min(LOTS_MAX, Math.max(0, Math.floor(numberIn(form, "lines") ?? 0)));
  return Array.from({ length: count }, (_, at) => {
    const text = (name: string) => fieldOf(form, `${name}-${at}`);
    return {
      ...{ product: text("product"), lot: text("lot"), expires: text("expires") },
      doses: text("doses"),
      codes: text("codes").split(" ").filter((code) => code !== ""),
      ...{ decision: text("decision"), storedIn: text("storedIn") },
    };
  });
}

/**
 * With what was scanned: one dose more of its lot, or a new line; with an empty line where nothing
 * was. A pack that stands there is not counted twice; of more lots than one receipt takes none is
 * added.
 */
export function withScan(
  drafted: readonly Line[],
  scan: ReadScan | null,
  packDosesOf: (product: string) => number = () => 1,
): Line[] {
  const last = drafted.at(-1) ?? EMPTY;
  // What was scanned stands in the line that waits for it.
  const isWaiting = scan?.kind === "read" && last.product + last.lot === "";
  const lines = isWaiting ? drafted.slice(0, -1) : drafted;
  const next = { ...EMPTY, decision: last.decision, storedIn: last.storedIn };
  if (scan?.kind === "unreadable") return [...drafted];
  if (scan === null) return lines.length < LOTS_MAX ? [...lines, next] : [...lines];
  const { product, lot, expires, code } = scan;
  if (code !== null && lines.some(({ codes }) => codes.includes(code))) return [...drafted];
  const codes = code === null ? [] : [code];
  const at = lines.findLastIndex((one) => one.product === product && one.lot === (lot ?? ""));
  if (at === -1 || lot === null) {
    const added = {
      ...{ ...next, product, lot: lot ?? "", expires: expires ?? "", codes },
      doses: String(packDosesOf(product)),
    };
    return lines.length < LOTS_MAX ? [...lines, added] : [...lines];
  }
  const known = lines[at];
  const doses = String((Number(known.doses) || 0) + packDosesOf(product));
  return lines.with(at, { ...known, doses, codes: [...known.codes, ...codes] });
}

/** What the order of a receipt is made of: not looked at yet. Lines without anything are none. */
export function orderIn(form: FormData, calendar: Calendar): object {
  const time = (name: string) => timeOf(fieldOf(form, name), calendar) ?? undefined;
  const goods = linesIn(form).filter(({ product, lot }) => product + lot !== "");
  const refusal = filledIn(form, ["reportedTo"]);
  const whyRefused = fieldOf(form, "whyRefused");
  // What was written before another decision was chosen is not of this one.
  const isRefusal = goods.some(({ decision }) => decision === "refused") &&
    (whyRefused !== "" || Object.keys(refusal).length > 0);
  return {
    ...filledIn(form, ["id", "consignment", "from", "sentBy", "carrier", "reason"]),
    arrivedMs: time("arrived"),
    goods: goods.map(({ expires, doses, storedIn, ...line }) => ({
      ...line,
      expires: expires === "" ? null : expires,
      doses: doses === "" ? undefined : Number(doses),
      ...(line.decision === "refused" || storedIn === "" ? {} : { storedIn }),
    })),
    journey: journeyIn(form, time),
    arrivalCelsius: numberIn(form, "arrivalCelsius") ?? null,
    ...(isRefusal ? { refusal: { ...refusal, reason: whyRefused } } : {}),
  };
}

/** Of a choice such as `none`, `vehicle`, `paper` or `file/ID`. */
function journeyIn(form: FormData, time: (name: string) => number | undefined): object {
  const chosen = fieldOf(form, "journey");
  if (chosen.startsWith("file/")) {
    return { kind: "file", file: chosen.slice("file/".length), leftMs: time("left") ?? null };
  }
  if (chosen === "none") return { kind: "none", reason: fieldOf(form, "whyNone") };
  const names = ["minCelsius", "maxCelsius", "minutesBelow", "minutesAbove", "minutesUnknown"];
  const figures = names.map((name) => [name, numberIn(form, name)]);
  return {
    ...{ kind: "record", source: chosen, fromMs: time("left"), toMs: time("arrived") },
    ...Object.fromEntries(figures),
  };
}
