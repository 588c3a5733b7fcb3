import { expect, test } from "vitest";
import { FixtureNode, type Members } from "./fixture_node.ts";
import { numbered, stampAt, until } from "./fixtures.ts";
import type { Journal } from "./journal.ts";
import { PeerError } from "./peer.ts";

test("a county that has enough to do says when to come back, and the link waits as long", async () => {
  const members: Members = new Map();
  const limits = { requestsMax: 1, bytesMax: 1 << 20 };
  await using a = await FixtureNode.start("county-a", members);
  await using site = await FixtureNode.start("site-1", members);
  await using other = await FixtureNode.start("site-2", members);
  // A disk that takes its time holds up whoever was first.
  const { promise: written, resolve: write } = Promise.withResolvers<void>();
  const journal = new Proxy(a.journal, {
    get: (held, name) => {
      const value: unknown = Reflect.get(held, name);
      if (typeof value !== "function") return value;
      if (name !== "receive") return value.bind(held);
      return async (...parameters: Parameters<Journal["receive"]>) => {
        await written;
        return await held.receive(...parameters);
      };
    },
  });
  a.listen({ limits, journal });
  other.linkTo(a);
  using peer = site.peer(a);
  const never = new AbortController().signal;
  const asked = { self: site.journal.origin, ranges: [], questions: [] };
  const refusal = async () => {
    try {
      await peer.positions(asked, never);
      return null;
    } catch (error) {
      return error instanceof PeerError ? error : null;
    }
  };
  let error: PeerError | null = null;
  await until("it is busy", async () => (error = await refusal()) !== null);
  expect(error).toMatchObject({ retryAfterMs: 1000, hint: "come back when Retry-After says" });
  const { origin } = site.journal;
  const link = site.linkTo(a);
  await until("the link is told", () => link.status().state === "down");
  expect(link.status().reason).toContain("Too many nodes ask at once");
  write();
  await site.journal.append([numbered(1)], stampAt(0));
  await until("it ships", () => a.journal.position(origin, "reading")?.seq === 1);
});
