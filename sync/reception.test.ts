import { expect, test } from "vitest";
import { Chain } from "./chain.ts";
import { HASH_BYTES, writeContent } from "./entry.ts";
import { FixtureNode, type Members } from "./fixture_node.ts";
import { stampAt, until } from "./fixtures.ts";
import { headStatement, NodeKey } from "./identity.ts";
import { OctetWriter } from "./octets.ts";
import { HASH_TAG_BYTES, type SignedRun } from "./run.ts";

const NEVER = new AbortController().signal;
const ORIGIN = "site-1.1-00112233445566ff";

/** One entry, hashed and signed as its origin does it, whatever is in it. */
function signedRun(
  key: NodeKey,
  { stream = "reading", kind = "test", body = "{}", change = (_: Uint8Array) => {} },
): SignedRun {
  const writer = new OctetWriter();
  writeContent(writer, stampAt(0), kind, body);
  const contents = writer.bytes();
  change(contents);
  const chain = new Chain(ORIGIN, stream, 0, new Uint8Array(HASH_BYTES), "sha256");
  const hash = chain.next(contents).slice();
  const place = { origin: ORIGIN, stream, seq: 1, hash };
  return {
    origin: ORIGIN,
    stream,
    first: 1,
    last: 1,
    contents,
    previousTag: new Uint8Array(HASH_TAG_BYTES),
    hashTag: hash.subarray(0, HASH_TAG_BYTES),
    signature: key.sign(headStatement(place)),
  };
}

/** Where the clock state stands in a content: behind two times and the boot id. */
const CLOCK_AT = 8 + 16 + 8;
/** And where the kind begins, behind its length. */
const KIND_AT = CLOCK_AT + 1 + 2;

test.each([
  { what: "a stream that nobody knows", run: { stream: "gossip" }, reason: "no stream has" },
  { what: "a kind that is no name", run: { kind: "A kind" }, reason: "its kind is no name" },
  { what: "a kind without end", run: { kind: "k".repeat(65) }, reason: "its kind is no name" },
  { what: "a body that is no JSON", run: { body: "not json" }, reason: "its body is no JSON" },
  { what: "a body of two lines", run: { body: "1\n" }, reason: "its body is no JSON" },
  {
    what: "a clock state that does not exist",
    run: { change: (contents: Uint8Array) => contents[CLOCK_AT] = 9 },
    reason: "clock",
  },
  {
    what: "a kind that is no UTF-8",
    run: { change: (contents: Uint8Array) => contents[KIND_AT] = 0xff },
    reason: "",
  },
])("X3: $what is refused, however well it is signed, and the centre goes on", async (row) => {
  const members: Members = new Map();
  await using a = (await FixtureNode.start("county-a", members)).listen();
  await using site = await FixtureNode.start("site-1", members);
  using peer = site.peer(a);
  const [answer] = await peer.ship([signedRun(site.key, row.run)], NEVER);
  expect(answer.kind).toBe("refused");
  expect("reason" in answer ? answer.reason : "").toContain(row.reason);
  expect(a.journal.positions().filter(({ origin }) => origin === ORIGIN)).toEqual([]);
  const [good] = await peer.ship([signedRun(site.key, {})], NEVER);
  expect(good.kind).toBe("receipt");
});

test("G6: what a node signed with the key that it had then is handed on after it got another", async () => {
  const members: Members = new Map();
  await using a = (await FixtureNode.start("county-a", members)).listen();
  await using b = (await FixtureNode.start("county-b", members)).listen();
  await using site = await FixtureNode.start("site-1", members);
  using peer = site.peer(a);
  await peer.ship([signedRun(site.key, {})], NEVER);
  // The box is replaced: its name has another key from now on.
  const earlierKeys = [site.key.publicKey];
  members.set("site-1", { publicKey: NodeKey.create().publicKey, role: "site", earlierKeys });
  a.linkTo(b);
  await until("it is handed on", () => b.journal.position(ORIGIN, "reading")?.seq === 1);
});
