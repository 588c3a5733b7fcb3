/** What may not be written, for whoever typed or weighed it. */
import type { Text } from "../../drivers/profile_parts.ts";

export interface Refusal {
  /** Of the acceptance rules: `W7`. */
  readonly rule: string;
  /** Where in the body: `weight.grams`, `bags.3`. */
  readonly field: string;
  /** What was found, and what to do about it. */
  readonly text: Text;
}
