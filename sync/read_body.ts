/** Bodies of requests that are small. */
import { BODY_PACE, type Pace, pacedBody } from "./paced_body.ts";

/**
 * The body of a request, or `null` as soon as it proves larger than `bytesMax`. Throws
 * `BodyTooSlow` or `BodyBrokenOff` where it does not come.
 */
export async function readBody(
  request: Request,
  bytesMax: number,
  pace: Pace = BODY_PACE,
): Promise<Uint8Array<ArrayBuffer> | null> {
  if (Number(request.headers.get("content-length") ?? 0) > bytesMax) return null;
  if (request.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of pacedBody(request.body, pace)) {
    length += chunk.length;
    if (length > bytesMax) return null;
    chunks.push(chunk);
  }
  const body = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.length;
  }
  return body;
}
