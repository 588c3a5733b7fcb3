import { problemResponse } from "../../../sync/problem.ts";
import { type Done, refusalProblem } from "./flow_desk.ts";

/** `answer`: what is told where it was written; none: its id. */
export function doneResponse(done: Done, answer: object | null = null): Response {
  switch (done.kind) {
    case "done":
      return Response.json(answer ?? { id: done.id }, { status: 201 });
    case "refused":
      return problemResponse(refusalProblem(done.refusals));
    case "problem":
      return problemResponse(done.problem);
  }
}
