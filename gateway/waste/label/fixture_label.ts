/** A label; for tests. */
import { INFECTIOUS, START_MS } from "../fixture_waste.ts";
import { newCode } from "./bag_code.ts";
import type { Label } from "./label.ts";

export const LABEL: Label = {
  bag: newCode("bag", Uint8Array.from({ length: 12 }, (_, index) => index * 21)),
  institution: "河口镇中心卫生院",
  ward: { code: "ward-3", name: "内科三病区" },
  category: INFECTIOUS,
  grams: 4139,
  isKeyed: false,
  sealed: { wallMs: START_MS, clock: "trusted" },
  remarks: "",
};
