import { expect, test } from "vitest";
import { FixtureNode, type Members } from "./fixture_node.ts";
import { numbered, range, stampAt, until } from "./fixtures.ts";
import { NodeKey } from "./identity.ts";
import { AskerSession, SessionKeys, Sessions } from "./session.ts";

const BODY = new Uint8Array([1, 2, 3]);
const KEY = "the node's key";

function opened(sessions: Sessions, asker = "site-1") {
  const keys = new SessionKeys();
  const answer = sessions.open(asker, KEY, "county-a", new Uint8Array(keys.publicKey));
  return AskerSession.opened(keys, asker, "county-a", answer);
}

test("a session's request is admitted, and its answer believed", () => {
  const sessions = new Sessions(() => 0);
  const session = opened(sessions);
  for (let count = 0; count < 50; count++) {
    const admitted = sessions.admit(
      session.next("/sync/entries", BODY),
      "/sync/entries",
      BODY,
      () => KEY,
    );
    if (admitted.kind !== "admitted") throw new Error(admitted.kind);
    expect(admitted.node).toBe("site-1");
    const seal = admitted.seal(200, BODY);
    expect(session.believes(200, seal, BODY)).toBe(true);
    expect(session.believes(403, seal, BODY)).toBe(false);
    expect(session.believes(200, seal, new Uint8Array([1]))).toBe(false);
    expect(session.believes(200, undefined, BODY)).toBe(false);
  }
});

test.each([
  { what: "again", path: "/sync/entries", body: BODY, twice: true, doubt: "replayed" },
  {
    what: "with another body",
    path: "/sync/entries",
    body: new Uint8Array([9]),
    doubt: "signature",
  },
  { what: "to another path", path: "/sync/pull", body: BODY, doubt: "signature" },
])("X3: a session's request that comes $what is refused", ({ path, body, twice, doubt }) => {
  const sessions = new Sessions(() => 0);
  const header = opened(sessions).next("/sync/entries", BODY);
  if (twice) sessions.admit(header, path, body, () => KEY);
  expect(sessions.admit(header, path, body, () => KEY)).toEqual({ kind: doubt, node: "site-1" });
});

test("X3: a request that was held back is refused once a later one has come", () => {
  const sessions = new Sessions(() => 0);
  const session = opened(sessions);
  const first = session.next("/sync/entries", BODY);
  const second = session.next("/sync/entries", BODY);
  expect(sessions.admit(second, "/sync/entries", BODY, () => KEY).kind).toBe("admitted");
  expect(sessions.admit(first, "/sync/entries", BODY, () => KEY).kind).toBe("replayed");
});

test("X4: a session ends when the node has another key, is not used, or gets old", () => {
  let nowMs = 0;
  const sessions = new Sessions(() => nowMs);
  const [renewed, idle, old] = [opened(sessions), opened(sessions), opened(sessions)];
  const kind = (session: AskerSession, key = KEY) =>
    sessions.admit(session.next("/sync/pull", BODY), "/sync/pull", BODY, () => key).kind;
  expect(kind(renewed, "another")).toBe("session");
  expect(kind(renewed)).toBe("session");
  for (; nowMs <= 60 * 60_000; nowMs += 60_000) expect(kind(old)).toBe("admitted");
  expect(kind(old)).toBe("session");
  expect(kind(idle)).toBe("session");
});

test("X3: a key that makes every secret the same is refused", () => {
  const sessions = new Sessions(() => 0);
  expect(() => sessions.open("site-1", KEY, "county-a", new Uint8Array(32))).toThrow(
    "that is no key for it",
  );
});

test("sessions that are not used make room for new ones", () => {
  const sessions = new Sessions(() => 0);
  const first = opened(sessions);
  for (const _ of range(1, 4200)) opened(sessions);
  const header = first.next("/sync/pull", BODY);
  expect(sessions.admit(header, "/sync/pull", BODY, () => KEY).kind).toBe("session");
});

test("a county that was started anew is asked for another session, and nobody notices", async () => {
  const members: Members = new Map();
  await using a = (await FixtureNode.start("county-a", members)).listen();
  await using site = await FixtureNode.start("site-1", members);
  site.linkTo(a);
  const { origin } = site.journal;
  await site.journal.append([numbered(1)], stampAt(0));
  await until("it ships", () => a.journal.position(origin, "reading")?.seq === 1);
  await a.hangUp();
  a.listen();
  await site.journal.append([numbered(2)], stampAt(0));
  await until("it goes on", () => a.journal.position(origin, "reading")?.seq === 2);
});

test("X3: a node whose key was revoked is refused within its session", async () => {
  const members: Members = new Map();
  await using a = (await FixtureNode.start("county-a", members)).listen();
  await using site = await FixtureNode.start("site-1", members);
  using peer = site.peer(a);
  const never = new AbortController().signal;
  const asked = { self: site.journal.origin, ranges: [], questions: [] };
  await peer.positions(asked, never);
  members.set("site-1", { publicKey: NodeKey.create().publicKey, role: "site" });
  await expect(peer.positions(asked, never)).rejects.toThrow("not that of the node it names");
});
