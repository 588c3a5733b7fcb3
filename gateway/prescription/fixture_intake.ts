/** A prescription for tests: three lines, as a township's HIS writes them. */
import type { Stamp } from "../../sync/entry.ts";
import { dig, type Path } from "../dig.ts";
import { type Door, type Receipt, receive } from "./intake.ts";

/** The day on which it was issued, a quarter of an hour later. */
export const NOW: Stamp = {
  wallMs: Date.parse("2026-03-02T09:15:00+08:00"),
  bootId: "0".repeat(32),
  bootMs: 1_000_000,
  clock: "trusted",
};

/** A fresh one each time; its number of a resident is made up, with its right check digit. */
export function plainPrescription() {
  return {
    id: "CF-20260302-0017",
    version: 1,
    issuedAt: "2026-03-02T09:00:00+08:00",
    setting: "outpatient",
    rescue: false,
    form: "western",
    patient: {
      id: { system: "resident-id", value: "11010519491231002X" },
      name: "王桂兰",
      sex: "female",
      birthDate: "1949-12-31",
      weight: { value: 52.5, unit: "kg" },
      pregnant: "no",
      breastfeeding: "no",
      renal: { value: "61.5", unit: "mL/min", at: "2026-02-27T08:00:00+08:00" },
      allergies: { state: "listed", substances: [{ code: "PEN", text: "青霉素" }] },
    },
    diagnoses: [{ code: "I10.x00", text: "原发性高血压" }, { code: "J06.900" }],
    prescriber: { id: "D0042", name: "李明", department: "全科" },
    reasons: { longer: "慢性病，路远" },
    lines: [
      line("Y0001", "氨氯地平片", { value: 5, unit: "mg" }, "PO", "QD", 28, 28),
      line("Y0002", "盐酸氨溴索口服溶液", { value: 10, unit: "ml" }, "PO", "TID", 5, 2),
      line("Y0003", "对乙酰氨基酚片", { value: 0.5, unit: "g" }, "PO", "Q6H", 3, 12),
    ],
  };
}

function line(
  code: string,
  text: string,
  dose: { readonly value: number; readonly unit: string },
  route: string,
  frequency: string,
  days: number,
  quantity: number,
) {
  return {
    drug: { code, text },
    dose: { ...dose },
    route: { code: route },
    frequency: { code: frequency },
    days,
    quantity: { value: quantity, unit: "盒" },
  };
}

/** What `receive` makes of a document, or of the text of one. */
export function received(
  document: object | string,
  { door = "json", contentType = "application/json", now = NOW }: {
    readonly door?: Door;
    readonly contentType?: string | null;
    readonly now?: Stamp;
  } = {},
): Receipt {
  const text = typeof document === "string" ? document : JSON.stringify(document);
  return receive(door, new TextEncoder().encode(text), { contentType, now });
}

export function accepted(receipt: Receipt): Receipt & { readonly kind: "accepted" } {
  if (receipt.kind === "accepted") return receipt;
  throw new Error(JSON.stringify(receipt.problem));
}

/** `field: message` of each fault; empty for what is accepted. */
export function faultsOf(receipt: Receipt): string[] {
  if (receipt.kind === "accepted") return [];
  return receipt.problem.faults.map(({ field, message }) => `${field}: ${message}`);
}

/** The document with another value at a path; `undefined` takes the field away. */
export function withAt<T extends object>(document: T, path: Path, value: unknown): T {
  const owner = dig(document, ...path.slice(0, -1));
  const key = path.at(-1) ?? "";
  if (typeof owner !== "object" || owner === null) throw new Error(`Nothing at ${path.join(".")}`);
  if (value === undefined) Reflect.deleteProperty(owner, key);
  else Reflect.set(owner, key, value);
  return document;
}
