/** A manifest as the national form has it, as data for whoever prints or exports it (W8). */
import * as z from "zod";
import { FORM_PARTS, formFields, lacking, LINE_HEADS, lineCells, receivedTonnes } from "./form.ts";
import type { ManifestStanding } from "./manifest.ts";

const text = z.object({ zh: z.string(), en: z.string() });

export const manifestForm = z.object({
  manifest: z.string(),
  number: z.string().nullable().describe("The national system's; null: this is a draft"),
  stage: z.enum(["prepared", "departed", "received", "disposed"]),
  parts: z.array(z.object({
    title: text,
    fields: z.array(z.object({ field: z.string(), label: text, value: z.string() })),
  })),
  lineHeads: z.array(text),
  lines: z.array(z.object({ zh: z.array(z.string()), en: z.array(z.string()) })),
  bags: z.array(z.string()),
  receivedTonnes: z.string(),
  lacking: z.array(z.string()).describe("Fields of the form that are still empty"),
});
export type ManifestForm = z.infer<typeof manifestForm>;

export function manifestFormOf(standing: ManifestStanding): ManifestForm {
  const { manifest, number, stage, bags, lines } = standing;
  const parts = [...Map.groupBy(formFields(standing), ({ part }) => part)];
  return {
    ...{ manifest, number, stage },
    parts: parts.map(([part, fields]) => ({
      title: FORM_PARTS[part],
      fields: fields.map(({ field, label, value }) => ({ field, label, value })),
    })),
    lineHeads: [...LINE_HEADS],
    lines: lines.map((line) => ({ zh: lineCells(line, "zh"), en: lineCells(line, "en") })),
    bags: [...bags],
    receivedTonnes: receivedTonnes(standing),
    lacking: lacking(standing),
  };
}
