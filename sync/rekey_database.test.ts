import { expect, test } from "vitest";
import { Database, type DatabaseOptions } from "./database.ts";
import { range, TemporaryFolder } from "./fixtures.ts";
import { COPY_SUFFIX, rekeyDatabase, type RekeyStep } from "./rekey_database.ts";

const [OLD, NEW] = ["1".repeat(64), "2".repeat(64)];

function optionsOf(path: string, encryptionKey: string): DatabaseOptions {
  return { path, encryptionKey, synchronous: "NORMAL", checkpointPages: 1000 };
}

const SCHEMA = `
CREATE TABLE plain (id INTEGER PRIMARY KEY, name TEXT NOT NULL, data BLOB, weight REAL) STRICT;
CREATE TABLE pairs (a TEXT NOT NULL, b INTEGER NOT NULL, PRIMARY KEY (a, b)) STRICT, WITHOUT ROWID;
CREATE INDEX byname ON plain (name);
PRAGMA user_version = 7;`;

function filled(path: string): Database {
  const database = new Database(optionsOf(path, OLD));
  database.exec(SCHEMA);
  database.transaction(() => {
    for (const n of range(1, 1000)) {
      const data = n % 3 === 0 ? null : new Uint8Array(n).fill(n);
      database.run("INSERT INTO plain VALUES (?,?,?,?)", [n, `名 ${n}`, data, n / 8]);
      database.run("INSERT INTO pairs VALUES (?,?)", [`k${n}`, n]);
    }
  });
  return database;
}

function rekeyed(database: Database, path: string): Database {
  let adopted = database;
  rekeyDatabase({ database, options: optionsOf(path, NEW), adopt: (one) => adopted = one });
  return adopted;
}

function content(database: Database): string[] {
  return [
    ...database.rows("SELECT * FROM plain ORDER BY id").map((row) =>
      `${row.number("id")} ${row.text("name")} ${row.blobOrNull("data")?.toHex()} ${
        row.number("weight")
      }`
    ),
    ...database.rows("SELECT * FROM pairs ORDER BY a").map((row) =>
      `${row.text("a")} ${row.number("b")}`
    ),
    ...database.rows("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
      .map((row) => row.text("sql")),
    String(database.row("PRAGMA user_version")?.number("user_version")),
  ];
}

test("X4: all that it holds is there under the new key, and nothing can be read with the old", () => {
  using folder = new TemporaryFolder();
  const path = `${folder.path}/tables.db`;
  const database = filled(path);
  const before = content(database);
  const again = rekeyed(database, path);
  expect(content(again)).toEqual(before);
  again.run("INSERT INTO pairs VALUES ('later', 1)");
  again.close();
  {
    using opened = new Database(optionsOf(path, NEW));
    expect(content(opened)).toHaveLength(before.length + 1);
  }
  const names = Array.from(Deno.readDirSync(folder.path), ({ name }) => name);
  expect(names.filter((name) => name.includes(COPY_SUFFIX))).toEqual([]);
  expect(() => new Database(optionsOf(path, OLD)).rows("SELECT * FROM pairs")).toThrow();
});

test("what the power left of a copy is written over", () => {
  using folder = new TemporaryFolder();
  const path = `${folder.path}/tables.db`;
  Deno.writeTextFileSync(path + COPY_SUFFIX, "half of a copy");
  Deno.writeTextFileSync(`${path}${COPY_SUFFIX}-wal`, "and of its log");
  const database = filled(path);
  const before = content(database);
  using again = rekeyed(database, path);
  expect(content(again)).toEqual(before);
});

const STEPS: readonly RekeyStep[] = ["copy", "sync", "name", "sync-folder"];

test.each(STEPS)(
  "X4: a disk that fails at: %s leaves one that goes on, and it is done later",
  (at) => {
    using folder = new TemporaryFolder();
    const path = `${folder.path}/tables.db`;
    let database = filled(path);
    const before = content(database);
    const rekey = (onStep: (step: RekeyStep) => void) => {
      const adopt = (one: Database) => database = one;
      rekeyDatabase({ database, options: optionsOf(path, NEW), adopt, onStep });
    };
    expect(() =>
      rekey((step) => {
        if (step === at) throw new Error("the disk is gone");
      })
    ).toThrow("the disk is gone");
    expect(content(database)).toEqual(before);
    database.run("INSERT INTO pairs VALUES ('later', 1)");
    rekey(() => {});
    database.run("INSERT INTO pairs VALUES ('last', 1)");
    database.close();
    using opened = new Database(optionsOf(path, NEW));
    expect(content(opened)).toHaveLength(before.length + 2);
  },
);
