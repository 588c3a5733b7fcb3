import fc from "fast-check";
import { expect, test } from "vitest";
import { Chain, firstHash, type HashName } from "./chain.ts";
import { CLOCK_STATES, contentEnds, readContents, writeContent } from "./entry.ts";
import { OctetWriter } from "./octets.ts";

interface Case {
  readonly origin: string;
  readonly stream: string;
  readonly hashName: HashName;
  readonly entries: readonly {
    readonly wallMs: number;
    readonly bootId: string;
    readonly bootMs: number;
    readonly clock: typeof CLOCK_STATES[number];
    readonly kind: string;
    readonly body: string;
  }[];
}

const CASES: readonly Case[] = (["sha256", "sm3"] as const).map((hashName) => ({
  origin: "site-017.3-9f2c41d08a7be655",
  stream: "reading",
  hashName,
  entries: [
    {
      wallMs: 1_795_328_852_957,
      bootId: "4b1f5f0e9d2a4c7b8e6f1a2b3c4d5e6f",
      bootMs: 86_400_123,
      clock: "trusted",
      kind: "reading",
      body: '{"device":"fridge-1","readings":[]}',
    },
    {
      wallMs: -1,
      bootId: "00000000000000000000000000000000",
      bootMs: 0,
      clock: "untrusted",
      kind: "läge",
      body: '{"名":"青山镇卫生院 🧊"}',
    },
    {
      wallMs: Number.MAX_SAFE_INTEGER,
      bootId: "ffffffffffffffffffffffffffffffff",
      bootMs: 2 ** 40,
      clock: "holdover",
      kind: "",
      body: "",
    },
  ],
}));

function ours({ origin, stream, hashName, entries }: Case) {
  const chain = new Chain(origin, stream, 0, firstHash(), hashName);
  return entries.map(({ wallMs, bootId, bootMs, clock, kind, body }) => {
    const writer = new OctetWriter(1);
    writeContent(writer, { wallMs, bootId, bootMs, clock }, kind, body);
    return { content: writer.bytes().toHex(), hash: chain.next(writer.bytes()).toHex() };
  });
}

test("entries hash as Python's hashlib and struct say, with SHA-256 and SM3", async () => {
  const script = new URL("./entry_vectors.py", import.meta.url).pathname;
  const child = new Deno.Command("python3", { args: [script], stdin: "piped", stdout: "piped" })
    .spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify(CASES)));
  await writer.close();
  const { success, stdout } = await child.output();
  expect(success).toBe(true);
  expect(CASES.map(ours)).toEqual(JSON.parse(new TextDecoder().decode(stdout)));
});

test("the published vector of the first entry holds", () => {
  expect(ours(CASES[0])[0].hash).toBe(
    "498906459ba3b61034eab2483459646d94b77869923f232fd228a1e3b75680e1",
  );
});

test("a content reads back as it was written, and its end is found without decoding", () => {
  const content = fc.record({
    wallMs: fc.maxSafeInteger(),
    bootMs: fc.maxSafeNat(),
    bootId: fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => bytes.toHex()),
    clock: fc.constantFrom(...CLOCK_STATES),
    kind: fc.string({ unit: "binary", maxLength: 40 }),
    body: fc.string({ unit: "binary", maxLength: 300 }),
  });
  fc.assert(fc.property(fc.array(content, { maxLength: 8 }), (contents) => {
    const writer = new OctetWriter(1);
    const ends = contents.map(({ kind, body, ...time }) => {
      writeContent(writer, time, kind, body);
      return writer.length;
    });
    expect(contentEnds(writer.bytes())).toEqual(ends);
    const read = Array.from(readContents(writer.bytes()), ({ time, kind, body }) => ({
      ...time,
      kind,
      body: new TextDecoder().decode(body),
    }));
    expect(read).toEqual(contents);
  }));
});

test("every entry's hash depends on its origin, stream, number, content and all before it", () => {
  const hashOf = (origin: string, stream: string, before: string[], content: string) => {
    const chain = new Chain(origin, stream, 0, firstHash());
    for (const text of before) chain.next(new TextEncoder().encode(text));
    return chain.next(new TextEncoder().encode(content)).toHex();
  };
  const hashes = [
    hashOf("a.1-0000000000000000", "reading", ["x"], "y"),
    hashOf("b.1-0000000000000000", "reading", ["x"], "y"),
    hashOf("a.1-0000000000000000", "alarm", ["x"], "y"),
    hashOf("a.1-0000000000000000", "reading", ["z"], "y"),
    hashOf("a.1-0000000000000000", "reading", ["x"], "x"),
    hashOf("a.1-0000000000000000", "reading", [], "y"),
    hashOf("a.1-0000000000000000", "reading", ["x", "y"], "y"),
  ];
  expect(new Set(hashes).size).toBe(hashes.length);
});
