import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { range, until } from "../../sync/fixtures.ts";
import { readToken } from "../keystore.ts";
import { BODY_BYTES_MAX } from "../prescription/body_text.ts";
import { DOOR_PATHS, DOORS, HostileNode, SITE } from "./hostile_node.ts";

let hostile: HostileNode;
beforeAll(async () => {
  hostile = await HostileNode.start();
}, 300_000);
afterAll(() => hostile[Symbol.asyncDispose]());

/** By number, what was acknowledged. */
const accepted = new Set<string>();

async function goodOne(headers: Readonly<Record<string, string>> = {}, good = hostile.fresh()) {
  const { status, outcome, words } = await hostile.send("json", JSON.stringify(good), headers);
  if (status < 300) accepted.add(good.id);
  return { status, outcome, words };
}

/** A connection on which a test says what it likes. */
class RawLine implements Disposable {
  readonly #connection: Deno.TcpConn;
  #heard = "";
  #over = false;

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
    this.#listen();
  }

  static async open(): Promise<RawLine> {
    const { port } = hostile.node;
    return new RawLine(await Deno.connect({ hostname: "127.0.0.1", port }));
  }

  async #listen(): Promise<void> {
    try {
      for await (const bytes of this.#connection.readable) {
        this.#heard += new TextDecoder().decode(bytes);
      }
    } catch {
      // Cut off is over as well.
    }
    this.#over = true;
  }

  async say(bytes: string | Uint8Array): Promise<void> {
    const writer = this.#connection.writable.getWriter();
    // Whoever is cut off hears why.
    await writer.write(typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes)
      .catch(() => {});
    writer.releaseLock();
  }

  async end(): Promise<void> {
    await this.#connection.closeWrite().catch(() => {});
  }

  /** The status of the first answer; 0: the connection ended without one; `null`: not yet. */
  get status(): number | null {
    const found = /^HTTP\/1\.1 (\d+)/.exec(this.#heard);
    return found === null ? this.#over ? 0 : null : Number(found[1]);
  }

  async answered(): Promise<number> {
    await until("it is answered, or cut off", () => this.status !== null, 90_000);
    return this.status ?? 0;
  }

  [Symbol.dispose](): void {
    try {
      this.#connection.close();
    } catch {
      // The node was first.
    }
  }
}

function head(...lines: readonly string[]): string {
  return [
    `POST ${DOOR_PATHS.json} HTTP/1.1`,
    "host: localhost",
    `authorization: Bearer ${readToken(hostile.node.dataDir)}`,
    "content-type: application/json",
    ...lines,
    "",
    "",
  ].join("\r\n");
}

describe("a request that breaks off stores nothing, and harms nobody", () => {
  const good = () => JSON.stringify(hostile.fresh());
  test.each<[string, () => string, readonly number[]]>([
    ["half of what it told", () => `${head("content-length: 4000")}{"id":"x"`, [400]],
    ["nothing of what it told", () => head("content-length: 4000"), [400]],
    ["no length at all", () => `${head()}${good()}`, [422]],
    ["a length that is none", () => `${head("content-length: x")}${good()}`, [400]],
    ["a negative one", () => `${head("content-length: -1")}${good()}`, [400]],
    ["two that differ", () => `${head("content-length: 4", "content-length: 5")}1234`, [400]],
    ["a part whose length is none", () => `${head("transfer-encoding: chunked")}ZZ\r\n`, [0, 400]],
    [
      "a part of all numbers",
      () => `${head("transfer-encoding: chunked")}ffffffffffffffffff\r\n`,
      [0, 400],
    ],
    [
      "parts that end too soon",
      () => `${head("transfer-encoding: chunked")}4\r\n{"id\r\n`,
      [400],
    ],
    ["a thousand names", () => head(...range(1, 1000).map((n) => `x-${n}: 1`)), [0, 400, 431]],
    ["a name of a megabyte", () => head(`x: ${"a".repeat(1 << 20)}`), [0, 400, 431]],
    ["no HTTP at all", () => "\u0016\u0003\u0001\u0000hello\r\n\r\n", [0, 400]],
  ])("%s", async (_, request, statuses) => {
    const before = await hostile.stored();
    using line = await RawLine.open();
    await line.say(request());
    await line.end();
    expect(statuses).toContain(await line.answered());
    expect(await hostile.stored()).toBe(before);
    expect(await goodOne()).toMatchObject({ status: 201, outcome: "pass" });
  });
});

describe("T2: the header Idempotency-Key", () => {
  test.each([
    ["nothing", ""],
    ["256 characters", "k".repeat(256)],
    ["a space", "a b"],
    ["one quote", '"k'],
    ["the other one", 'k"'],
    ["quotes around nothing", '""'],
    ["quotes within", '"a"b"'],
    ["two keys", "a, b"],
    ["Latin letters beyond ASCII", "cl\u00e9"],
    ["a tab", "a\tb"],
  ])("%s is refused with what is wanted, and nothing is stored", async (_, key) => {
    const before = await hostile.stored();
    const { status, words } = await goodOne({ "idempotency-key": key });
    expect(status).toBe(400);
    expect(words).toMatch(/want 1 to 255 visible ASCII characters/);
    expect(await hostile.stored()).toBe(before);
  });

  test.each([
    ["255 characters", "k".repeat(255)],
    ["a name of every object", "constructor"],
    ["its prototype", "__proto__"],
    ["signs of other languages", "';DROP/**/TABLE/**/prescriptions;--"],
    ["a path", "../../county-b/1/x"],
  ])("%s is a key like any other", async (_, key) => {
    const good = hostile.fresh();
    const header = { "idempotency-key": key };
    expect((await goodOne(header, good)).status).toBe(201);
    expect((await goodOne({ "idempotency-key": `"${key}"` }, good)).status).toBe(200);
    expect((await goodOne(header)).status).toBe(409);
    expect((await goodOne({ "idempotency-key": `${key.slice(0, 9)}-2` }, good)).status).toBe(200);
  });
});

test("who sends slowly holds no more than its share, is given up, and keeps nobody out", async () => {
  using lines = new DisposableStack();
  const share = (16 << 20) / BODY_BYTES_MAX;
  const slow = await Promise.all(
    range(1, share + 8).map(async () => {
      const line = lines.use(await RawLine.open());
      await line.say(`${head(`content-length: ${BODY_BYTES_MAX}`)}{`);
      return line;
    }),
  );
  const refused = () => slow.filter(({ status }) => status === 429);
  await until("all that is more is refused", () => refused().length === 8);
  const more = await goodOne();
  expect(more.status).toBe(429);
  expect(more.words).toMatch(/send it again later, under the same key/);
  // Another sender is answered meanwhile, and so is whoever sends nothing large.
  const cards = await hostile.send("cds", JSON.stringify(hostile.good("cds")));
  expect(cards.status).toBe(200);
  expect((await hostile.node.fetch(`/api/prescriptions/x?site=${SITE}`)).status).toBe(404);
  const waiting = slow.filter(({ status }) => status === null);
  const statuses = await Promise.all(waiting.map((line) => line.answered()));
  expect(statuses).toEqual(Array(share).fill(408));
  expect(await goodOne()).toMatchObject({ status: 201, outcome: "pass" });
});

/** Of the whole process, as the kernel counts it. */
function residentBytes(): number {
  const status = Deno.readTextFileSync(`/proc/${hostile.node.pid}/status`);
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024;
}

/** Until then the heap grows to the size that such bodies need. */
const ROUNDS_BEFORE = 6;
const ROUNDS = 14;
/** Of the last ones the least counts: what was kept stays, what is not yet collected goes. */
const ROUNDS_LAST = 3;
const BODIES_A_ROUND = 250;
const GROWTH_BYTES_MAX = 96 << 20;

/** No two are alike, so that whatever is remembered of one is of one alone. */
function largeBody(n: number): string {
  const own = `${n}-${crypto.randomUUID()}`;
  const good = hostile.fresh();
  switch (n % 6) {
    case 0:
      return `{"${own}":[${`"${own}",`.repeat(5000)}0]}`;
    case 1:
      return `{${range(1, 9000).map((at) => `"${at}-${own.slice(0, 12)}":0`).join()}}`;
    case 2:
      return JSON.stringify({ ...good, lines: Array(60).fill({ preparation: own.repeat(80) }) });
    case 3:
      // Marks that are to be brought into order: a pair of them with each pair before it.
      return JSON.stringify({
        ...good,
        diagnoses: [{ code: `${own}${"\u0315\u0300".repeat(40_000)}` }],
      });
    case 4:
      return `{"resourceType":"Bundle","type":"collection","entry":[${
        range(1, 200).map((at) =>
          `{"fullUrl":"urn:${own}:${at}","resource":{"resourceType":"X","x":"${own.repeat(20)}"}}`
        ).join()
      }]}`;
    default:
      return `${"[".repeat(30)}"${own.repeat(5000)}"${"]".repeat(30)}`;
  }
}

test("thousands of large hostile bodies leave the node's memory where it was", async () => {
  const before = await hostile.stored();
  const found: number[] = [];
  let bytes = 0;
  for (const round of range(1, ROUNDS)) {
    const left = range(1, BODIES_A_ROUND).map((n) => round * BODIES_A_ROUND + n);
    await Promise.all(
      range(1, 8).map(async () => {
        for (let n = left.pop(); n !== undefined; n = left.pop()) {
          const body = largeBody(n);
          if (round > ROUNDS_BEFORE && round <= ROUNDS - ROUNDS_LAST) bytes += body.length;
          const headers = { "idempotency-key": `k-${n}` };
          const { status } = await hostile.send(DOORS[n % 3], body, headers);
          expect(status).toBeGreaterThanOrEqual(400);
        }
      }),
    );
    found.push(residentBytes());
  }
  expect(await hostile.stored()).toBe(before);
  // A node that kept a half of them would be found out.
  expect(bytes).toBeGreaterThan(2 * GROWTH_BYTES_MAX);
  const grown = Math.min(...found.slice(-ROUNDS_LAST)) -
    Math.max(...found.slice(0, ROUNDS_BEFORE));
  expect(grown).toBeLessThan(GROWTH_BYTES_MAX);
  expect(await goodOne()).toMatchObject({ status: 201, outcome: "pass" });
});

test("all that was accepted is there, and nothing else", async () => {
  expect([...(await hostile.held()).keys()].sort()).toEqual([...accepted].sort());
});
