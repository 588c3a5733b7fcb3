/** Why something was not done, in one line. */
import type { Problem } from "../sync/problem.ts";

export function problemWords({ title, detail, hint }: Problem): string {
  return [title, detail, hint].filter((part) => part !== undefined).join(": ");
}
