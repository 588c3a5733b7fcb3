import { expect, test } from "vitest";
import { Arrivals } from "./arrivals.ts";
import { contentFrom, FixtureStore, hashOf, NEVER } from "./fixture_blobs.ts";
import { CHUNK_BYTES } from "./sealed_file.ts";

const MINUTE_MS = 60_000;
const FILE_BYTES = 20 * CHUNK_BYTES;

/** A centre whose files may take as much as two of these in all. */
class Desk implements AsyncDisposable {
  nowMs = 1_000_000;
  readonly files: FixtureStore;
  #arrivals: Arrivals | null = null;

  private constructor(files: FixtureStore) {
    this.files = files;
  }

  static async open(): Promise<Desk> {
    const limits = { totalBytesMax: 2 * FILE_BYTES };
    const desk = new Desk(await FixtureStore.open({ limits, wallMs: () => Date.now() }));
    await desk.listen();
    return desk;
  }

  async listen(): Promise<void> {
    this.#arrivals = await Arrivals.open({ store: this.files.store, nowMs: () => this.nowMs });
  }

  async restart(): Promise<void> {
    await this.#arrivals?.[Symbol.asyncDispose]();
    await this.files.reopen();
    await this.listen();
  }

  async offer(seed: number): Promise<string> {
    const content = contentFrom(seed, FILE_BYTES);
    const blob = {
      hash: hashOf(content),
      bytes: FILE_BYTES,
      mediaType: "application/dicom",
      owner: `site-${seed}`,
      wallMs: 0,
    };
    const arriving = await this.#arrivals?.offer(blob.owner, blob);
    return arriving === undefined ? "closed" : shown(arriving);
  }

  /** Sends the chunks of a file from one to before another. */
  async send(seed: number, from: number, end: number): Promise<string> {
    const content = contentFrom(seed, FILE_BYTES);
    const offset = from * CHUNK_BYTES;
    const part = content.subarray(offset, end * CHUNK_BYTES);
    const piece = { hash: hashOf(content), offset, content: part };
    const arriving = await this.#arrivals?.take(`site-${seed}`, piece);
    return arriving === undefined ? "closed" : shown(arriving);
  }

  parts(): number {
    return this.files.names("incoming").length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#arrivals?.[Symbol.asyncDispose]();
    this.files[Symbol.dispose]();
  }
}

function shown(arriving: { kind: string; bytes?: number }): string {
  return arriving.bytes === undefined
    ? arriving.kind
    : `${arriving.kind} ${arriving.bytes / CHUNK_BYTES}`;
}

test("room for what has not come is kept while somebody sends it, and then no more", async () => {
  await using desk = await Desk.open();
  for (const seed of [1, 2]) {
    await desk.offer(seed);
    expect(await desk.send(seed, 0, 2)).toBe("have 2");
  }
  expect(await desk.offer(3)).toBe("refused");
  desk.nowMs += MINUTE_MS;
  // What came of the two is there still, and counts.
  expect(await desk.offer(3)).toBe("have 0");
  expect(await desk.send(3, 0, 20)).toBe("complete");
  expect(desk.parts()).toBe(2);
  // One that goes on takes its room again; for the other there is none now.
  expect(await desk.send(1, 2, 4)).toBe("refused");
  desk.nowMs += 10 * MINUTE_MS;
  expect(await desk.send(2, 2, 4)).toBe("have 4");
  expect(desk.parts()).toBe(1);
});

test("what nobody goes on with is given up where another wants its room, the oldest first", async () => {
  await using desk = await Desk.open();
  await desk.offer(1);
  await desk.send(1, 0, 18);
  desk.nowMs += MINUTE_MS;
  await desk.offer(2);
  await desk.send(2, 0, 18);
  desk.nowMs += 9.5 * MINUTE_MS;
  // The second was away for a short time only.
  expect(await desk.offer(3)).toBe("have 0");
  expect(await desk.send(3, 0, 2)).toBe("have 2");
  expect(await desk.send(2, 18, 20)).toBe("complete");
  expect(await desk.send(1, 18, 20)).toBe("unoffered");
});

test("nothing is given up where that would not be enough", async () => {
  await using desk = await Desk.open();
  await desk.offer(1);
  await desk.send(1, 0, 3);
  desk.nowMs += 30 * MINUTE_MS;
  await desk.files.put(contentFrom(9, FILE_BYTES + 17 * CHUNK_BYTES));
  expect(await desk.offer(2)).toBe("refused");
  expect(desk.parts()).toBe(1);
});

test("a file of the node itself gets the room, too", async () => {
  await using desk = await Desk.open();
  await desk.offer(1);
  await desk.send(1, 0, 18);
  desk.nowMs += 30 * MINUTE_MS;
  const content = contentFrom(9, 2 * FILE_BYTES);
  const options = { mediaType: "application/dicom", bytes: content.length };
  await desk.files.store.put(content, options, NEVER);
  expect(desk.parts()).toBe(0);
});

test("after a restart each has the time to come back", async () => {
  await using desk = await Desk.open();
  await desk.offer(1);
  await desk.send(1, 0, 18);
  await desk.restart();
  desk.nowMs += 9 * MINUTE_MS;
  await desk.files.put(contentFrom(9, FILE_BYTES));
  expect(await desk.offer(2)).toBe("refused");
  desk.nowMs += MINUTE_MS;
  expect(await desk.offer(2)).toBe("have 0");
});
