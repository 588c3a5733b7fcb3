/** The standard rules, and a county's own editions beside them, of a file. */
import { parse } from "yaml";
import * as z from "zod";
import { type RuleBook, ruleBookSchema, ruleSchema } from "./rules.ts";
import { STANDARD_RULES } from "./standard_rules.ts";

const RULES_MAX = 100;

/** The file cannot be used; the message names it, the rule and what is wrong. */
export class RulesError extends Error {
  override name = "RulesError";
}

/** Throws {@link RulesError}. */
export function readRules(file: string | undefined): RuleBook {
  if (file === undefined) return STANDARD_RULES;
  let document: unknown;
  try {
    document = parse(Deno.readTextFileSync(file));
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new RulesError(`Cannot read "${file}": ${message}`, { cause });
  }
  const own = z.array(ruleSchema).max(RULES_MAX).safeParse(document);
  if (!own.success) throw new RulesError(`Cannot use "${file}": ${faultsOf(own.error)}`);
  const whole = ruleBookSchema.safeParse([...STANDARD_RULES, ...own.data]);
  if (whole.success) return whole.data;
  throw new RulesError(`Cannot use "${file}" beside the standard rules: ${faultsOf(whole.error)}`);
}

function faultsOf({ issues }: z.ZodError): string {
  return issues.map(({ path, message }) => `[${path.join(".")}] ${message}`).join("; ");
}
