/** What somebody is told whose record the disk does not take now. */
import type { Problem } from "../sync/problem.ts";
import type { Admission } from "./admission.ts";

/** `hint`: what to do about it; `null`: there is room. */
export function noRoomProblem(
  disk: Pick<Admission, "noRoomFor">,
  hint = "do it again later; tell the technician",
): Problem | null {
  const none = disk.noRoomFor("record");
  if (none === null) return null;
  return {
    status: 503,
    code: "no-room",
    title: "The node's disk takes nothing at the moment: nothing was stored",
    detail: none.reason,
    hint,
  };
}
