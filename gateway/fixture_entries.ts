/** Entries of every kind that the tables are made of, for tests that mix them. */
import fc from "fast-check";
import type { Entry } from "../sync/entry.ts";
import { stampAt } from "../sync/fixtures.ts";
import { streamKey } from "../sync/segments.ts";
import { COLD_BODIES } from "./coldchain/life/fixture_bodies.ts";
import { FLOW_BODIES } from "./coldchain/flow/fixture_flow.ts";
import type { EntryKind } from "./domain.ts";
import { DOMAINS } from "./domains.ts";
import { NOTIFICATION_BODIES } from "./notifications/fixture_bodies.ts";
import { LIFE_BODIES } from "./prescription/life/fixture_bodies.ts";
import { RELEASE_BODIES } from "./prescription/release/fixture_bodies.ts";
import { STERILE_BODIES } from "./sterile/record/fixture_bodies.ts";
import { WASTE_BODIES } from "./waste/fixture_bodies.ts";

/** Two lives of a site, of which one has a twin, and both centres. */
export const ORIGINS = [
  "site-1.1-0000000000000001",
  "site-1.1-0000000000000002",
  "site-1.2-0000000000000003",
  "county-a.1-0000000000000004",
  "county-b.1-0000000000000005",
] as const;
export const AUTHORITIES = ["county-a", "county-b"] as const;

const device = fc.constantFrom("fridge-1", "fridge-2", "冰箱");
const text = fc.constantFrom("a", "B", "é", "");
const few = fc.integer({ min: 1, max: 3 });
const title = fc.constant({ zh: "卫生院", en: "Clinic" });
const centre = fc.constantFrom(...AUTHORITIES);
const site = fc.constantFrom("site-1", "site-2");
const key = fc.constantFrom("key-1", "key-2");
const box = fc.record({
  origin: fc.constantFrom(...ORIGINS),
  machine: text,
  bootId: text,
  beganMs: few,
  remote: fc.constant(null),
});

const account = fc.constantFrom("li", "wang@site-1");
const sealingKey = fc.constantFrom("A".repeat(43), "B".repeat(43));

/** What each kind may say here; kinds that no table is made of need none. */
const BODIES: Readonly<Record<string, fc.Arbitrary<object>>> = {
  reading: fc.record({
    device,
    readings: fc.array(
      fc.record({
        point: fc.constantFrom("temperature", "door"),
        value: fc.constantFrom(4.5, -1, true, "open", null),
        unit: fc.constant("Cel"),
        quality: fc.constantFrom("good", "fault"),
      }),
      { maxLength: 3 },
    ),
    deviceTime: few,
    historical: fc.constant(true),
  }, { requiredKeys: ["device", "readings"] }),
  state: fc.record({ device, state: fc.constantFrom("online", "offline"), reason: text }),
  catalogue: fc.record({
    title,
    devices: fc.uniqueArray(device, { maxLength: 2 })
      .map((devices) => devices.map((device) => ({ device, profile: "vaccine-fridge" }))),
  }),
  "no-data": fc.record({ device, silentSeconds: few }),
  "data-again": fc.record({ device }),
  "clock-trusted": fc.record({
    bootId: text,
    sinceBootMs: few,
    bootMs: few,
    offsetMs: few,
  }),
  life: fc.record({ reason: text, boot: text, machine: text }),
  twins: fc.record({
    node: site,
    pair: text,
    publicKey: key,
    boxes: fc.tuple(box, box),
  }),
  invitation: fc.record({
    invitation: fc.constantFrom("i-1", "i-2"),
    node: site,
    role: fc.constantFrom("site", "county"),
    key,
    expiresMs: few,
  }),
  enrolment: fc.record({
    invitation: fc.constantFrom("i-1", "i-2"),
    node: site,
    role: fc.constantFrom("site", "county"),
    publicKey: key,
  }),
  "centre-lost": fc.record({ centre, reason: text, number: few }),
  "centre-returned": fc.record({ centre, reason: text, number: few }),
  "centre-key": fc.record({
    centre,
    publicKey: fc.constant("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"),
    replaces: fc.array(key, { maxLength: 3 }),
  }),
  "device-write": fc.record({
    id: fc.constantFrom("w-1", "w-2", "w-3"),
    device,
    point: fc.constant("setpoint"),
    from: fc.constantFrom(null, 4),
    to: few,
    unit: fc.constant("Cel"),
    reason: text,
    who: text,
  }),
  "device-write-outcome": fc.record({
    id: fc.constantFrom("w-1", "w-2", "w-3"),
    device,
    point: fc.constant("setpoint"),
    state: fc.constantFrom("confirmed", "unknown"),
    readBack: fc.constantFrom(null, 4),
    detail: fc.constant(null),
  }),
  account: fc.record({
    id: account,
    version: few,
    name: title,
    roles: fc.constant(["nurse"]),
    state: fc.constantFrom("active", "suspended"),
    sites: fc.constant([]),
    validUntilMs: fc.constant(null),
    who: text,
  }),
  credential: fc.record({
    account,
    what: fc.constantFrom("password", "pin"),
    version: few,
    sealed: fc.array(sealingKey.map((key) => ({ for: key, enc: "", data: "" })), { maxLength: 2 }),
    setup: text,
    who: text,
  }),
  "setup-link": fc.record({ link: text, account, expiresMs: few, who: text }),
  "program-token": fc.record({
    id: text,
    name: text,
    hash: text,
    scopes: fc.constant(["read"]),
    sites: fc.constantFrom("all", ["site-1"], undefined),
    expiresMs: fc.constant(null),
    who: text,
  }),
  "program-token-revoked": fc.record({ id: text, who: text }),
  "sealing-key": fc.record({ key: sealingKey }),
  "sign-in": fc.record({ who: text }),
  ...FLOW_BODIES,
  ...LIFE_BODIES,
  ...RELEASE_BODIES,
  ...COLD_BODIES,
  ...STERILE_BODIES,
  ...WASTE_BODIES,
  ...NOTIFICATION_BODIES,
};

/** Kinds of which a table may be made, with the streams in which they travel. */
export const MIXED_KINDS = DOMAINS.flatMap(({ kinds }) => kinds).filter(({ kind }) =>
  Object.hasOwn(BODIES, kind)
);

interface Said {
  readonly origin: string;
  readonly stream: string;
  readonly kind: string;
  readonly body: object;
  readonly ms: number;
}

function said(kinds: readonly EntryKind[]): fc.Arbitrary<Said> {
  return fc.constantFrom(...kinds).chain(({ kind, streams }): fc.Arbitrary<Said> =>
    fc.record({
      origin: fc.constantFrom(...ORIGINS),
      stream: fc.constantFrom(...streams.map((stream) => stream === "to" ? "to:site-1" : stream)),
      kind: fc.constant(kind),
      body: BODIES[kind],
      // Two days, and few moments: what is of one moment has to be told apart all the same.
      ms: fc.constantFrom(0, 1, 2, 86_400_000),
    })
  );
}

/** Entries in the order in which they were written, each numbered in its stream. */
export function entriesOfKinds(kinds: readonly EntryKind[]): fc.Arbitrary<Entry[]> {
  return fc.array(said(kinds), { maxLength: 40 }).map((all) => {
    const last = new Map<string, number>();
    return all.map(({ origin, stream, kind, body, ms }) => {
      const place = streamKey(origin, stream);
      const seq = (last.get(place) ?? 0) + 1;
      last.set(place, seq);
      const bytes = new TextEncoder().encode(JSON.stringify(body));
      const hash = Uint8Array.of(seq);
      return { origin, stream, seq, time: stampAt(ms), kind, body: bytes, hash };
    });
  });
}

export const mixedEntries: fc.Arbitrary<Entry[]> = entriesOfKinds(MIXED_KINDS);
