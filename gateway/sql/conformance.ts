/** What a store of `sql.ts` must do: one suite for libsql and PostgreSQL. */
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { range } from "../../sync/fixtures.ts";
import { putInto } from "./put.ts";
import type { Parameter, Sql } from "./sql.ts";
import { createTables, selectionOf, type Table } from "./table.ts";

/** A store that the suite may fill as it likes. */
export interface SqlStand extends AsyncDisposable {
  readonly sql: Sql;
}

const samples: Table = {
  name: "samples",
  columns: { id: "integer", word: "text?", exact: "integer?", measured: "real?", bytes: "blob?" },
  key: ["id"],
};
const versions: Table = {
  name: "versions",
  columns: { place: "text", part: "text", life: "integer", seq: "integer", note: "text?" },
  key: ["place", "part"],
  indexes: { versionsoflife: ["life", "seq"] },
};
const jobs: Table = {
  name: "jobs",
  columns: { id: "integer", holder: "text?", fence: "integer" },
  key: ["id"],
  indexes: { jobsofholder: ["holder"] },
};
const TABLES = [samples, versions, jobs];

const insertSample = "INSERT INTO samples (id, word) VALUES (?,?)";
const putNewer = putInto(versions, {
  shared: ["place", "life", "seq"],
  own: ["part", "note"],
  onConflict: { newer: ["life", "seq", "note"] },
});

export function sqlConformance(name: string, open: () => Promise<SqlStand>): void {
  describe(`SQL at ${name}`, () => {
    let stand: SqlStand;
    let sql: Sql;
    beforeAll(async () => {
      stand = await open();
      sql = stand.sql;
      await createTables(sql, TABLES);
    });
    afterAll(() => stand[Symbol.asyncDispose]());
    beforeEach(async () => {
      for (const table of TABLES) await sql.run(`DELETE FROM ${table.name}`);
    });
    valueRules(() => sql);
    transactionRules(() => sql);
    putRules(() => sql);
    lockRules(() => sql);
  });
}

async function words(sql: Sql): Promise<(string | null)[]> {
  return (await sql.rows(selectionOf(samples))).map((row) => row.textOrNull("word"));
}

function valueRules(sql: () => Sql): void {
  test("what is stored comes back as it was, to the byte", async () => {
    const most = Number.MAX_SAFE_INTEGER;
    const rows: readonly (readonly Parameter[])[] = [
      [1, "阿莫西林 0.5 g 🌡 '\"; --\n", most, 0.1 + 0.2, Uint8Array.of(0, 1, 254, 255)],
      [2, "", -most, -1e-300, new Uint8Array()],
      [3, null, null, null, null],
      [4, "?", 0, 1e300, new TextEncoder().encode("?1")],
    ];
    for (const row of rows) await sql().run("INSERT INTO samples VALUES (?,?,?,?,?)", row);
    const found = (await sql().rows(selectionOf(samples))).map((row) => [
      row.number("id"),
      row.textOrNull("word"),
      row.numberOrNull("exact"),
      row.numberOrNull("measured"),
      row.blobOrNull("bytes"),
    ]);
    expect(found).toEqual(rows);
  });

  test("what only one store could hold is held by none: U+0000, half characters", async () => {
    await sql().run(insertSample, [1, "a\0b"]);
    await sql().run(insertSample, [2, "c\ud800d"]);
    expect(await words(sql())).toEqual(["a\ufffdb", "c\ufffdd"]);
  });

  test.each([NaN, Infinity, -Infinity])("%s is refused", async (number) => {
    await expect(sql().run("INSERT INTO samples (id, measured) VALUES (1, ?)", [number]))
      .rejects.toThrow("Cannot store");
  });

  test("text has the order of its bytes", async () => {
    const ordered = ["", "-", "A", "Z", "_", "a", "aa", "é", "中", "ｚ", "🌡"];
    for (const [id, word] of ordered.toReversed().entries()) {
      await sql().run(insertSample, [id, word]);
    }
    const rows = await sql().rows("SELECT word FROM samples ORDER BY word");
    expect(rows.map((row) => row.text("word"))).toEqual(ordered);
    const [{ length }] = [await sql().rows("SELECT id FROM samples WHERE word > ?", ["Z"])];
    expect(length).toBe(7);
  });

  test("a place in quotes is none, and a numbered one may stand twice", async () => {
    await sql().run("INSERT INTO samples (id, word) VALUES (?, 'why?')", [1]);
    const rows = await sql().rows(
      "SELECT id FROM samples WHERE word = 'why?' AND id = ?1 AND id <= ?1",
      [1],
    );
    expect(rows).toHaveLength(1);
  });

  test("a change tells how many rows it changed", async () => {
    for (const id of range(1, 3)) expect(await sql().run(insertSample, [id, "a"])).toBe(1);
    const update = "UPDATE samples SET word = ? WHERE id >= ?";
    expect(await sql().run(update, ["b", 2])).toBe(2);
    expect(await sql().run(update, ["b", 4])).toBe(0);
    expect(await sql().run("DELETE FROM samples WHERE word = ?", ["b"])).toBe(2);
  });

  test("a column without a question mark takes no NULL, and a key no second row", async () => {
    await expect(sql().run("INSERT INTO jobs (id) VALUES (1)")).rejects.toThrow();
    await sql().run(insertSample, [1, "first"]);
    await expect(sql().run(insertSample, [1, "second"])).rejects.toThrow();
    expect(await words(sql())).toEqual(["first"]);
  });
}

function transactionRules(sql: () => Sql): void {
  test("a transaction is committed whole, and sees its own changes", async () => {
    const seen = await sql().transaction(async (transaction) => {
      await transaction.run(insertSample, [1, "a"]);
      await transaction.run(insertSample, [2, "b"]);
      return (await transaction.rows("SELECT id FROM samples")).length;
    });
    expect(seen).toBe(2);
    expect(await words(sql())).toEqual(["a", "b"]);
  });

  test("of a transaction that throws, or has a statement that fails, nothing is left", async () => {
    await expect(
      sql().transaction(async (transaction) => {
        await transaction.run(insertSample, [1, "a"]);
        throw new Error("it changed its mind");
      }),
    ).rejects.toThrow("it changed its mind");
    await expect(
      sql().transaction(async (transaction) => {
        await transaction.run(insertSample, [2, "b"]);
        await transaction.run("INSERT INTO nowhere VALUES (1)");
      }),
    ).rejects.toThrow();
    expect(await words(sql())).toEqual([]);
    await sql().run(insertSample, [3, "c"]);
    expect(await words(sql())).toEqual(["c"]);
  });

  test("what comes meanwhile from elsewhere is no part of it", async () => {
    const begun = Promise.withResolvers<void>();
    const refused = Promise.withResolvers<never>();
    const failing = sql().transaction(async (transaction) => {
      await transaction.run(insertSample, [1, "within"]);
      begun.resolve();
      return await refused.promise;
    });
    await begun.promise;
    const outside = sql().run(insertSample, [2, "outside"]);
    refused.reject(new Error("no"));
    await expect(failing).rejects.toThrow("no");
    await outside;
    expect(await words(sql())).toEqual(["outside"]);
  });

  test("a statement that comes when its transaction is over is refused", async () => {
    const late = await sql().transaction((transaction) =>
      Promise.resolve(() => transaction.run(insertSample, [1, "late"]))
    );
    await expect(late()).rejects.toThrow("its transaction is over");
    expect(await words(sql())).toEqual([]);
  });

  test("those that run at one time all count", async () => {
    await sql().run("INSERT INTO jobs (id, fence) VALUES (1, 0)");
    await Promise.all(
      range(1, 40).map(() =>
        sql().transaction(async (transaction) => {
          await transaction.run("UPDATE jobs SET fence = fence + 1 WHERE id = 1");
        })
      ),
    );
    expect((await sql().rows("SELECT fence FROM jobs"))[0].number("fence")).toBe(40);
  });
}

function putRules(sql: () => Sql): void {
  const rowsOf = async () =>
    (await sql().rows(selectionOf(versions))).map((row) =>
      [row.text("part"), row.number("life"), row.number("seq"), row.textOrNull("note")].join(" ")
    );

  test("a row that is put is there, or replaces what is there, or does not", async () => {
    const replace = putInto(samples, { onConflict: "replace" });
    const keep = putInto(samples, { own: ["id", "word"], onConflict: "keep" });
    await replace(sql(), [[1, "a", 1, null, null], [2, "b", 2, null, null]]);
    await keep(sql(), [[2, "kept out"], [3, "c"]]);
    await replace(sql(), [[1, "new", null, 0.5, Uint8Array.of(1)]]);
    expect(await words(sql())).toEqual(["new", "b", "c"]);
    const [first] = await sql().rows("SELECT exact, measured FROM samples WHERE id = 1");
    expect([first.numberOrNull("exact"), first.number("measured")]).toEqual([null, 0.5]);
  });

  test("columns that are not named stay as they are", async () => {
    await putInto(samples, { onConflict: "replace" })(sql(), [[1, "a", 7, null, null]]);
    await putInto(samples, { own: ["id", "word"], onConflict: "replace" })(sql(), [[1, "b"]]);
    const [row] = await sql().rows("SELECT word, exact FROM samples");
    expect([row.text("word"), row.number("exact")]).toEqual(["b", 7]);
  });

  test("only what is newer replaces, its columns being compared in turn", async () => {
    const put = (life: number, seq: number, note: string) =>
      putNewer(sql(), [["a", note]], ["here", life, seq]);
    await put(2, 5, "first");
    await put(1, 9, "an earlier life");
    await put(2, 4, "an earlier number");
    await put(2, 5, "eft: the same, and less");
    expect(await rowsOf()).toEqual(["a 2 5 first"]);
    await put(2, 5, "greater: the same, and more");
    expect(await rowsOf()).toEqual(["a 2 5 greater: the same, and more"]);
    await put(3, 1, "a later life");
    expect(await rowsOf()).toEqual(["a 3 1 a later life"]);
  });

  test("many rows at once are all put, whether they are there or not", async () => {
    const part = (n: number) => String(n).padStart(3, "0");
    await putNewer(sql(), range(1, 70).map((n) => [part(n), "old"]), ["here", 1, 1]);
    await putNewer(sql(), range(36, 105).map((n) => [part(n), "new"]), ["here", 1, 2]);
    expect(await rowsOf()).toEqual([
      ...range(1, 35).map((n) => `${part(n)} 1 1 old`),
      ...range(36, 105).map((n) => `${part(n)} 1 2 new`),
    ]);
  });

  test("rows of one key in one call are put in turn", async () => {
    await putNewer(sql(), [["a", "x"], ["b", "-"], ["a", "z"], ["a", "y"]], ["here", 1, 1]);
    expect(await rowsOf()).toEqual(["a 1 1 z", "b 1 1 -"]);
    const replace = putInto(samples, { own: ["id", "word"], onConflict: "replace" });
    await replace(sql(), [[1, "first"], [1, "second"]]);
    expect(await words(sql())).toEqual(["second"]);
  });

  test("whatever order they are put in, the same rows are there in the end", async () => {
    const some = fc.record({
      part: fc.constantFrom("a", "b", "é"),
      life: fc.integer({ min: 1, max: 3 }),
      seq: fc.integer({ min: 1, max: 3 }),
      note: fc.constantFrom("x", "Y", "中", ""),
    });
    const both = fc.array(some, { maxLength: 12 }).chain((puts) =>
      fc.tuple(fc.constant(puts), fc.shuffledSubarray(puts, { minLength: puts.length }))
    );
    await fc.assert(
      fc.asyncProperty(both, async (orders) => {
        const ends: string[][] = [];
        for (const puts of orders) {
          await sql().run("DELETE FROM versions");
          await sql().transaction(async (transaction) => {
            for (const { part, life, seq, note } of puts) {
              await putNewer(transaction, [[part, note]], ["here", life, seq]);
            }
          });
          ends.push(await rowsOf());
        }
        expect(ends[0]).toEqual(ends[1]);
      }),
      { numRuns: 30 },
    );
  });

  test("many who put the same row at one time end with the newest", async () => {
    await Promise.all(
      range(1, 20).map((seq) =>
        sql().transaction((transaction) =>
          putNewer(transaction, [["a", "x"], ["b", "y"]], ["here", 1, seq])
        )
      ),
    );
    expect(await rowsOf()).toEqual(["a 1 20 x", "b 1 20 y"]);
  });
}

function lockRules(sql: () => Sql): void {
  const free = "SELECT id, fence FROM jobs WHERE holder IS NULL ORDER BY id LIMIT 1";
  const take = (holder: string) =>
    sql().transaction(async (transaction) => {
      const [row] = await transaction.lockedRows(free);
      if (row === undefined) return null;
      const id = row.number("id");
      const update = "UPDATE jobs SET holder = ?, fence = fence + 1 WHERE id = ?";
      await transaction.run(update, [holder, id]);
      return id;
    });

  test("P7: each free row is taken by one of many who take at one time", async () => {
    const put = putInto(jobs, { onConflict: "keep" });
    await put(sql(), range(1, 100).map((id) => [id, null, 0]));
    const taken = await Promise.all(
      range(1, 8).map(async (number) => {
        const own: number[] = [];
        for (let id = await take(`p-${number}`); id !== null; id = await take(`p-${number}`)) {
          own.push(id);
        }
        return own;
      }),
    );
    expect(taken.flat().toSorted((a, b) => a - b)).toEqual(range(1, 100));
    const rows = await sql().rows("SELECT id FROM jobs WHERE fence <> 1");
    expect(rows).toEqual([]);
  });

  test("P7: a row is free again when who took it has not committed", async () => {
    await sql().run("INSERT INTO jobs (id, fence) VALUES (1, 0)");
    await expect(
      sql().transaction(async (transaction) => {
        expect(await transaction.lockedRows(free)).toHaveLength(1);
        throw new Error("it went away");
      }),
    ).rejects.toThrow("it went away");
    expect(await take("p-1")).toBe(1);
    expect(await take("p-2")).toBeNull();
  });
}
