/** Files over the API: a device's program brings one, and anybody with the token has it back. */
import * as z from "zod";
import {
  BlobDamaged,
  type BlobRefusalCode,
  BlobRefused,
  isBlobHash,
} from "../../sync/blobs/blob.ts";
import { type Pace, pacedBody } from "../../sync/paced_body.ts";
import { problemResponse } from "../../sync/problem.ts";
import { isDiskFailure } from "../disk_failure.ts";
import type { ApiParts, ApiRoute, Input } from "../api_route.ts";
import { storeFile } from "./store_file.ts";

const stored = z.object({
  hash: z.string().describe("Of the content, hexadecimal: SHA-256, or SM3 where configured"),
  bytes: z.number(),
  mediaType: z.string(),
});

export const BLOB_ROUTES: readonly ApiRoute[] = [
  {
    method: "post",
    path: "/api/blobs",
    right: "files.write",
    summary: "Stores the body as a file; answers when it is durable, 200 where it was here before",
    role: "site",
    upload: true,
    answer: stored,
    handle: (parts, { request }) => refusing(() => put(parts, request)),
  },
  {
    method: "get",
    path: "/api/blobs/{hash}",
    right: "read",
    summary: "A file by the hash of its content; a Range of bytes is answered in part",
    answer: z.string(),
    contentType: "application/octet-stream",
    handle: (parts, input) => refusing(() => get(parts, input)),
  },
];

/**
 * Who brings a file holds one of 16 places and the promise of its room. Its program is on the local
 * network: a tenth of the slowest of those, and two hours for 4 GiB.
 */
const FILE_PACE: Pace = { spanMs: 30_000, spanBytes: 256 << 10, totalMs: 2 * 3_600_000 };
const STATUS: Record<BlobRefusalCode, number> = {
  "too-large": 413,
  "no-space": 507,
  "too-many": 503,
  "bad-media-type": 415,
};

async function put({ node }: ApiParts, request: Request): Promise<Response> {
  const announced = request.headers.get("content-length");
  const content = request.body === null
    ? new Uint8Array()
    : ReadableStream.from(pacedBody(request.body, FILE_PACE));
  const mediaType = request.headers.get("content-type") ?? "";
  const bytes = announced === null ? undefined : Number(announced);
  const { existed, ...body } = await storeFile(
    node,
    content,
    { mediaType, bytes },
    request.signal,
  );
  return Response.json(body, { status: existed ? 200 : 201 });
}

async function get({ node }: ApiParts, { path, request }: Input): Promise<Response> {
  const { hash = "" } = path;
  const blob = isBlobHash(hash) ? node.blobs.find(hash) : null;
  if (blob === null) return missing(hash);
  const headers = {
    "content-type": blob.mediaType,
    // What somebody brought is never shown as a page of this node.
    "content-disposition": "attachment",
    "content-security-policy": "sandbox",
    "accept-ranges": "bytes",
    etag: `"${hash}"`,
  };
  const asked = rangeOf(request.headers.get("range"), blob.bytes);
  if (asked === "unsatisfiable") {
    const range = { "content-range": `bytes */${blob.bytes}` };
    return new Response(null, { status: 416, headers: { ...headers, ...range } });
  }
  const { from, end } = asked ?? { from: 0, end: blob.bytes };
  const content = await node.blobs.stream(hash, from, end);
  if (content === null) return missing(hash);
  const length = { "content-length": String(end - from) };
  if (asked === null) return new Response(content, { headers: { ...headers, ...length } });
  const range = { "content-range": `bytes ${from}-${end - 1}/${blob.bytes}` };
  return new Response(content, { status: 206, headers: { ...headers, ...length, ...range } });
}

/** One range (RFC 9110, 14.1.2); several, or what is none, are answered with the whole. */
export function rangeOf(
  header: string | null,
  bytes: number,
): { from: number; end: number } | "unsatisfiable" | null {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? "");
  if (match === null || match[1] === "" && match[2] === "") return null;
  const [first, last] = [match[1], match[2]];
  const from = first === "" ? Math.max(0, bytes - Number(last)) : Number(first);
  const end = first === "" || last === "" ? bytes : Math.min(bytes, Number(last) + 1);
  if (first !== "" && last !== "" && Number(last) < Number(first)) return null;
  return from < end ? { from, end } : "unsatisfiable";
}

/** Answers refusals of the store as problems. */
async function refusing(work: () => Promise<Response>): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof BlobRefused) {
      const { code, message: detail, hint } = error;
      const title = "The file is not taken";
      return problemResponse({ status: STATUS[code], code, title, detail, hint });
    }
    if (error instanceof BlobDamaged) {
      return problemResponse({
        status: 410,
        code: "damaged",
        title: "The copy of the file on this disk is damaged, and was set aside",
        hint: "ask a centre for it",
      });
    }
    if (!isDiskFailure(error)) throw error;
    return problemResponse({
      status: 507,
      code: "disk",
      title: "The disk does not take the file now",
      hint: "send it again later; the console tells what is wrong with the disk",
    });
  }
}

function missing(hash: string): Response {
  return problemResponse({
    status: 404,
    code: "no-such-file",
    title: "This file is not here",
    detail: hash,
    hint: "a site removes a file once both centres have it: ask one of them",
  });
}
