/** Goods that left the pharmacy on a token, goods that came back, and goods that left twice. */
import * as z from "zod";
import { amount, LINES_MAX } from "../prescription.ts";
import { PASSES } from "./pass.ts";
import { code, person, senderKey, subject, words } from "./subject.ts";

/** Goes of one prescription: every day of a long-term one (12 weeks), and some. */
export const PARTS_MAX = 100;

const part = z.int().min(1).max(PARTS_MAX);

/** How much of a line, in the unit that the prescription's line has. */
export const goodsLine = z.object({ line: z.int().min(1).max(LINES_MAX), quantity: amount });
export type GoodsLine = z.infer<typeof goodsLine>;

const goodsLines = z.array(goodsLine).min(1).max(LINES_MAX);

/** Body of a `dispensing`: one part of a prescription, of which a whole one has the first alone. */
export const dispensingBody = subject.extend({
  /** Of the sender's key: the same dispensing, told to two nodes, is one. */
  id: code,
  key: senderKey,
  /** Id of the token, which is that of the verdict or decision that bore it. */
  token: code,
  /** As the token says it. */
  outcome: z.enum(PASSES),
  part,
  lines: goodsLines,
  by: person,
});
export type DispensingBody = z.infer<typeof dispensingBody>;

/**
 * Body of a `dispensing-return`. Medicines are not taken back but for their quality (医疗机构药事
 * 管理规定 第二十八条), so there is a reason; what is back may be dispensed anew as another part.
 */
export const returnBody = subject.extend({
  id: code,
  key: senderKey,
  part,
  lines: goodsLines,
  reason: words,
  by: person,
});
export type ReturnBody = z.infer<typeof returnBody>;

/** Body of the alarm `prescription-double-use` (P9). */
export const doubleUseBody = subject.extend({
  id: code,
  /**
   * `same-part`: two dispensings of one part. `same-key`: two contents under one sender's key.
   * `over-quantity`: more is out than was prescribed.
   */
  reasons: z.array(z.enum(["same-part", "same-key", "over-quantity"])).min(1),
  uses: z.array(z.object({
    dispensing: code,
    part,
    token: code,
    node: code,
    timeMs: z.int(),
    by: person,
  })),
  /** Lines of which more is out; decimals as text. */
  excess: z.array(z.object({
    line: z.int(),
    unit: z.string(),
    prescribed: z.string(),
    out: z.string(),
  })),
});
export type DoubleUseBody = z.infer<typeof doubleUseBody>;
