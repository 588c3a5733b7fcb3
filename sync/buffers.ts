/** Memory for bodies that are being read: charged as bytes come, not as they are announced. */
import { BODY_PACE, type Pace, pacedBody } from "./paced_body.ts";

/** Eight of the largest bodies. */
const BYTES_MAX = 64 << 20;

export type BodyRead =
  | { readonly kind: "body"; readonly body: Uint8Array<ArrayBuffer>; readonly free: () => void }
  | { readonly kind: "too-large" }
  /** All bodies under way take as much as there is room for. */
  | { readonly kind: "full" }
  /** It broke off, or came too slowly. */
  | { readonly kind: "cut" };

export class Buffers {
  readonly #pace: Pace;
  #bytes = 0;

  constructor(pace: Pace = BODY_PACE) {
    this.#pace = pace;
  }

  /** Bytes of bodies that are being read or worked on. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Reads a body of at most `bytesMax`; `free` gives its room back. */
  async read(request: Request, bytesMax: number): Promise<BodyRead> {
    if (Number(request.headers.get("content-length") ?? 0) > bytesMax) return { kind: "too-large" };
    const chunks: Uint8Array[] = [];
    let length = 0;
    let freed = false;
    const free = () => {
      if (!freed) this.#bytes -= length;
      freed = true;
    };
    const refused = (kind: "too-large" | "full" | "cut"): BodyRead => {
      free();
      return { kind };
    };
    try {
      for await (const chunk of request.body === null ? [] : pacedBody(request.body, this.#pace)) {
        length += chunk.length;
        this.#bytes += chunk.length;
        if (length > bytesMax) return refused("too-large");
        if (this.#bytes > BYTES_MAX && this.#bytes > length) return refused("full");
        chunks.push(chunk);
      }
    } catch {
      return refused("cut");
    }
    const body = new Uint8Array(length);
    let at = 0;
    for (const chunk of chunks) {
      body.set(chunk, at);
      at += chunk.length;
    }
    return { kind: "body", body, free };
  }
}
