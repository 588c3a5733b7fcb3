import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Database } from "../../sync/database.ts";
import type { Entry } from "../../sync/entry.ts";
import { TemporaryFolder } from "../../sync/fixtures.ts";
import { entryOf } from "../fixture_tables.ts";
import { LibsqlSql } from "../sql/libsql_sql.ts";
import { creationOf } from "../sql/table.ts";
import { latest } from "./latest.ts";

const LIFE_1 = "site-1.1-0123456789abcdef";
const LIFE_2 = "site-1.2-0123456789abcdef";
const OTHER = "site-2.1-0123456789abcdef";
const title = { zh: "冷藏箱", en: "Fridge" };

/** The projection's tables, on disk until the test ends. */
class Projected implements Disposable {
  readonly #folder = new TemporaryFolder();
  readonly #database = new Database({
    path: join(this.#folder.path, "tables.db"),
    synchronous: "NORMAL",
    checkpointPages: 1000,
  });

  readonly #sql = new LibsqlSql(this.#database);

  constructor() {
    const statements = latest.tables.flatMap((table) => creationOf(table, "libsql"));
    for (const statement of statements) this.#database.exec(statement);
  }

  async apply(...entries: Entry[]): Promise<void> {
    await this.#sql.transaction((transaction) => latest.apply(transaction, entries));
  }

  /** `site device point value` of every point, in order. */
  points(): string[] {
    return this.#database.rows("SELECT * FROM points ORDER BY node, device, point").map((row) =>
      ["node", "device", "point", "value"].map((column) => row.text(column)).join(" ")
    );
  }

  /** `point value unit reason seq devicetime` of every point, in order. */
  details(): string[] {
    return this.#database.rows("SELECT * FROM points ORDER BY node, device, point").map((row) =>
      [
        ...["point", "value", "unit"].map((column) => row.text(column)),
        row.textOrNull("reason"),
        row.number("seq"),
        row.numberOrNull("devicetime"),
      ].map(String).join(" ")
    );
  }

  /** `site device state configured` of every device, in order. */
  devices(): string[] {
    return this.#database.rows("SELECT * FROM devices ORDER BY node, device").map((row) =>
      [
        row.text("node"),
        row.text("device"),
        row.textOrNull("state"),
        row.textOrNull("about") === null ? "unknown" : "configured",
      ].join(" ")
    );
  }

  /** `site device state reason since` of every device, in order. */
  states(): string[] {
    return this.#database.rows("SELECT * FROM devices ORDER BY node, device").map((row) =>
      [
        ...["node", "device"].map((column) => row.text(column)),
        ...["state", "reason"].map((column) => row.textOrNull(column)),
        ...["since", "bootms"].map((column) => row.numberOrNull(column)),
      ].map(String).join(" ")
    );
  }

  /** Everything that a page shows. */
  all(): unknown[] {
    const points = this.#database.rows("SELECT * FROM points ORDER BY node, device, point");
    const nodes = this.#database.rows("SELECT * FROM nodes ORDER BY node");
    return [
      this.points(),
      this.devices(),
      this.states(),
      points.map((row) => [row.text("origin"), row.number("seq"), row.number("wall")].join(" ")),
      nodes.map((row) => `${row.text("catalogue")} ${row.number("seq")}`),
    ];
  }

  number(column: string): number | null {
    return this.#database.row(`SELECT ${column} FROM points`)?.numberOrNull(column) ?? null;
  }

  [Symbol.dispose](): void {
    this.#database.close();
    this.#folder[Symbol.dispose]();
  }
}

function reading(device: string, value: unknown, more: object = {}) {
  const readings = [{ point: "temperature", value, unit: "Cel", quality: "good" }];
  return { device, readings, ...more };
}

function state(device: string, state: string, reason = "a test") {
  return { device, state, reason };
}

function catalogue(...devices: string[]) {
  return {
    title,
    devices: devices.map((device) => ({ device, title, profile: "vaccine-fridge" })),
  };
}

describe("the last value of a point", () => {
  test("is that of the last entry, whatever the site's clock said", async () => {
    using projected = new Projected();
    await projected.apply(
      entryOf(LIFE_1, 1, "reading", reading("fridge-1", 4.1), 9_000_000),
      entryOf(LIFE_1, 2, "reading", reading("fridge-1", 4.2), 1000),
    );
    expect(projected.points()).toEqual(["site-1 fridge-1 temperature 4.2"]);
  });

  test("is that of the newer life, though its numbers begin again", async () => {
    using projected = new Projected();
    await projected.apply(entryOf(LIFE_2, 1, "reading", reading("fridge-1", 5)));
    await projected.apply(entryOf(LIFE_1, 900, "reading", reading("fridge-1", 4)));
    expect(projected.points()).toEqual(["site-1 fridge-1 temperature 5"]);
  });

  test("G7: stays when an older one is told late", async () => {
    using projected = new Projected();
    const late = reading("fridge-1", 9, { deviceTime: 1000, historical: true });
    await projected.apply(entryOf(LIFE_1, 1, "reading", reading("fridge-1", 4)));
    await projected.apply(entryOf(LIFE_1, 2, "reading", late));
    expect(projected.points()).toEqual(["site-1 fridge-1 temperature 4"]);
  });

  test("stays when an entry comes that does not speak of it", async () => {
    using projected = new Projected();
    const humidity = { point: "humidity", value: 40, unit: "%", quality: "good" };
    await projected.apply(entryOf(LIFE_1, 1, "reading", reading("fridge-1", 4)));
    await projected.apply(
      entryOf(LIFE_1, 2, "reading", { device: "fridge-1", readings: [humidity] }),
      entryOf(LIFE_1, 3, "unreadable", { device: "fridge-1", bytes: "AA==" }),
    );
    expect(projected.points()).toEqual([
      "site-1 fridge-1 humidity 40",
      "site-1 fridge-1 temperature 4",
    ]);
  });

  test("is each site's own", async () => {
    using projected = new Projected();
    await projected.apply(entryOf(LIFE_1, 1, "reading", reading("fridge-1", 4)));
    await projected.apply(entryOf(OTHER, 1, "reading", reading("fridge-1", 7)));
    expect(projected.points()).toEqual([
      "site-1 fridge-1 temperature 4",
      "site-2 fridge-1 temperature 7",
    ]);
  });

  test.each([1, 31, 32, 33, 100])(
    "of each of %i points that one entry tells is its own",
    async (count) => {
      using projected = new Projected();
      const told = (seq: number, first: number) => {
        const readings = Array.from({ length: count }, (_, at) => ({
          point: `p${at}`,
          value: first + at,
          unit: `u${at}`,
          quality: "good",
          ...(at % 2 === 0 ? {} : { reason: `r${seq}` }),
        }));
        return entryOf(LIFE_1, seq, "reading", { device: "meter-1", readings, deviceTime: seq });
      };
      await projected.apply(told(1, 0));
      // Of the older of two entries a point is the last word that the newer does not tell.
      const some = {
        device: "meter-1",
        readings: [{ ...reading("", 7).readings[0], point: "p0" }],
      };
      await projected.apply(told(2, 1000), entryOf(LIFE_1, 3, "reading", some));
      const expected = Array.from(
        { length: count },
        (_, at) =>
          at === 0
            ? "p0 7 Cel null 3 null"
            : `p${at} ${1000 + at} u${at} ${at % 2 === 0 ? null : "r2"} 2 2`,
      );
      expect(projected.details().toSorted()).toEqual(expected.toSorted());
    },
  );

  test("G7: of a fault is no value", async () => {
    using projected = new Projected();
    const fault = { point: "temperature", value: null, unit: "Cel", quality: "fault", reason: "?" };
    await projected.apply(
      entryOf(LIFE_1, 1, "reading", reading("fridge-1", 4)),
      entryOf(LIFE_1, 2, "reading", { device: "fridge-1", readings: [fault] }),
    );
    expect(projected.points()).toEqual(["site-1 fridge-1 temperature null"]);
  });

  test.each([1e300, 1.5, -9e15, "yesterday", null])(
    "T6: is taken without the device's time where that is no moment (%s)",
    async (deviceTime) => {
      using projected = new Projected();
      await projected.apply(
        entryOf(LIFE_1, 1, "reading", reading("fridge-1", 4, { deviceTime })),
        entryOf(LIFE_1, 2, "state", state("fridge-1", "online")),
      );
      expect(projected.points()).toEqual(["site-1 fridge-1 temperature 4"]);
      expect(projected.number("devicetime")).toBeNull();
    },
  );

  test("has the device's time where it is one", async () => {
    using projected = new Projected();
    const deviceTime = 1_790_000_000_000;
    await projected.apply(entryOf(LIFE_1, 1, "reading", reading("fridge-1", 4, { deviceTime })));
    expect(projected.number("devicetime")).toBe(deviceTime);
  });
});

describe("a device", () => {
  test("that has only spoken so far has no state", async () => {
    using projected = new Projected();
    await projected.apply(entryOf(LIFE_1, 1, "reading", reading("fridge-1", 4)));
    expect(projected.devices()).toEqual(["site-1 fridge-1  unknown"]);
  });

  test("has the state that was told last", async () => {
    using projected = new Projected();
    await projected.apply(
      entryOf(LIFE_1, 1, "state", state("fridge-1", "online")),
      entryOf(LIFE_1, 2, "state", state("fridge-1", "offline")),
    );
    await projected.apply(entryOf(LIFE_1, 1, "state", state("fridge-1", "online")));
    expect(projected.devices()).toEqual(["site-1 fridge-1 offline unknown"]);
  });

  test.each([1, 2, 5])(
    "has the newest reason, since its state began; batches of %i",
    async (size) => {
      using projected = new Projected();
      const told = [
        state("fridge-1", "degraded", "a"),
        state("fridge-1", "online", "b"),
        state("fridge-1", "degraded", "c"),
        state("fridge-1", "degraded", "d"),
        state("fridge-1", "degraded", "e"),
      ].map((body, index) => entryOf(LIFE_1, index + 1, "state", body, 1000 * (index + 1)));
      for (let at = 0; at < told.length; at += size) {
        await projected.apply(...told.slice(at, at + size));
      }
      expect(projected.states()).toEqual([expect.stringMatching(/ degraded e \d+ 3000$/)]);
    },
  );

  test("is what it is since a new life of its site has told it", async () => {
    using projected = new Projected();
    await projected.apply(entryOf(LIFE_1, 9, "state", state("fridge-1", "offline"), 1000));
    await projected.apply(entryOf(LIFE_2, 1, "state", state("fridge-1", "offline"), 2000));
    expect(projected.states()).toEqual([expect.stringMatching(/ offline a test \d+ 2000$/)]);
  });

  test("that the site's catalogue does not name any more is not configured", async () => {
    using projected = new Projected();
    await projected.apply(
      entryOf(LIFE_1, 1, "catalogue", catalogue("fridge-1", "fridge-2")),
      entryOf(LIFE_1, 2, "state", state("fridge-1", "online")),
      entryOf(LIFE_1, 3, "catalogue", catalogue("fridge-2")),
    );
    await projected.apply(entryOf(OTHER, 1, "catalogue", catalogue("fridge-1")));
    expect(projected.devices()).toEqual([
      "site-1 fridge-1 online unknown",
      "site-1 fridge-2  configured",
      "site-2 fridge-1  configured",
    ]);
  });

  test("that never spoke goes when the catalogue does not name it any more", async () => {
    using projected = new Projected();
    await projected.apply(
      entryOf(LIFE_1, 1, "catalogue", catalogue("fridge-1", "frigde-2")),
      entryOf(LIFE_1, 2, "reading", reading("fridge-1", 4)),
    );
    await projected.apply(entryOf(LIFE_1, 3, "catalogue", catalogue("fridge-2")));
    expect(projected.devices()).toEqual([
      "site-1 fridge-1  unknown",
      "site-1 fridge-2  configured",
    ]);
  });

  test("is as the newest catalogue says, also when an older one comes later", async () => {
    using projected = new Projected();
    await projected.apply(entryOf(LIFE_2, 1, "catalogue", catalogue("fridge-1")));
    await projected.apply(entryOf(LIFE_1, 5, "catalogue", catalogue("fridge-9")));
    expect(projected.devices()).toEqual(["site-1 fridge-1  configured"]);
  });
});

/** An entry of some kind about one of a few devices, and which origin says it. */
const said = fc.record({
  origin: fc.constantFrom(LIFE_1, LIFE_2, OTHER),
  kind: fc.constantFrom("reading", "reading", "state", "catalogue"),
  device: fc.constantFrom("a", "b"),
  value: fc.nat(9),
});

function entriesFrom(
  list: readonly { origin: string; kind: string; device: string; value: number }[],
) {
  const last = new Map<string, number>();
  return list.map(({ origin, kind, device, value }) => {
    const seq = (last.get(origin) ?? 0) + 1;
    last.set(origin, seq);
    const body = kind === "reading"
      ? reading(device, value)
      : kind === "state"
      ? state(device, value > 4 ? "online" : "offline")
      : catalogue(device);
    return entryOf(origin, seq, kind, body);
  });
}

test("the rows are the same however entries are parted into batches and origins are mixed", async () => {
  const given = fc.record({
    list: fc.array(said, { maxLength: 30 }),
    size: fc.integer({ min: 1, max: 8 }),
  });
  await fc.assert(
    fc.asyncProperty(given, async ({ list, size }) => {
      using inOrder = new Projected();
      using mixed = new Projected();
      const entries = entriesFrom(list);
      for (const entry of entries) await inOrder.apply(entry);
      // As a rebuild reads them: one origin after the other, many at a time.
      for (const origin of [OTHER, LIFE_2, LIFE_1]) {
        const own = entries.filter((entry) => entry.origin === origin);
        for (let at = 0; at < own.length; at += size) {
          await mixed.apply(...own.slice(at, at + size));
        }
      }
      expect(mixed.all()).toEqual(inOrder.all());
    }),
    { numRuns: 40 },
  );
});

/** Bodies that look like ours and are not. */
const body = fc.oneof(
  fc.json().map((text) => new TextEncoder().encode(text)),
  fc.uint8Array({ maxLength: 40 }),
  fc.record({
    device: fc.oneof(fc.string(), fc.anything()),
    readings: fc.oneof(
      fc.anything(),
      fc.array(fc.record({
        point: fc.oneof(fc.string(), fc.anything()),
        value: fc.oneof(fc.double(), fc.string(), fc.anything()),
        unit: fc.string(),
        quality: fc.string(),
      })),
    ),
    deviceTime: fc.oneof(fc.double(), fc.anything()),
    state: fc.oneof(fc.string(), fc.anything()),
    reason: fc.oneof(fc.string(), fc.anything()),
    title: fc.oneof(fc.constant(title), fc.anything()),
    devices: fc.oneof(fc.anything(), fc.array(fc.record({ device: fc.string() }))),
  }, { requiredKeys: [] }),
);

test("T6: an entry that is not understood changes nothing, and those behind it are taken", async () => {
  using projected = new Projected();
  let seq = 0;
  const kinds = fc.constantFrom("reading", "state", "catalogue", "unreadable", "invitation");
  await fc.assert(
    fc.asyncProperty(kinds, body, async (kind, body) => {
      let json: unknown = body;
      if (!(body instanceof Uint8Array)) {
        try {
          json = JSON.parse(JSON.stringify(body));
        } catch {
          return; // What is no JSON cannot be in an entry.
        }
      }
      await projected.apply(entryOf(LIFE_1, ++seq, kind, json));
      await projected.apply(entryOf(LIFE_1, ++seq, "reading", reading("the-last", seq)));
      expect(projected.points()).toContain(`site-1 the-last temperature ${seq}`);
    }),
    { numRuns: 500 },
  );
});
