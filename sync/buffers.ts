/** Memory for bodies that are being read: charged as bytes come, not as they are announced. */

/** Eight of the largest bodies. */
const BYTES_MAX = 64 << 20;
/** A body of which nothing more comes for so long is given up, milliseconds. */
const SILENCE_MS = 30_000;

export type BodyRead =
  | { readonly kind: "body"; readonly body: Uint8Array<ArrayBuffer>; readonly free: () => void }
  | { readonly kind: "too-large" }
  /** All bodies under way take as much as there is room for. */
  | { readonly kind: "full" }
  /** It broke off, or nothing more came. */
  | { readonly kind: "cut" };

export class Buffers {
  #bytes = 0;

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
    const refused = async (kind: "too-large" | "full" | "cut"): Promise<BodyRead> => {
      free();
      await reader?.cancel().catch(() => {});
      return { kind };
    };
    const reader = request.body?.getReader();
    while (reader !== undefined) {
      const found = await within(SILENCE_MS, reader.read());
      if (found === null) return await refused("cut");
      if (found.done) break;
      length += found.value.length;
      this.#bytes += found.value.length;
      if (length > bytesMax) return await refused("too-large");
      if (this.#bytes > BYTES_MAX && this.#bytes > length) return await refused("full");
      chunks.push(found.value);
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

/** What comes within the time; `null` where nothing does, or it fails. */
async function within<T>(ms: number, promise: Promise<T>): Promise<T | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}
