import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DeviceError, type Outcome } from "../driver.ts";
import { DrivenRun, until } from "../fixtures.ts";
import { file } from "./file.ts";

let folder: string;
beforeEach(() => {
  folder = Deno.makeTempDirSync();
});
afterEach(() => Deno.removeSync(folder, { recursive: true }));

const run = (outcome: () => Outcome = () => ({ kind: "stored" }), more: object = {}) =>
  DrivenRun.of(
    file,
    { device: "fridge-1", folder, lookSeconds: 0.02, settleSeconds: 0, ...more },
    ({ kind }) => kind === "file" ? outcome() : { kind: "stored" },
  );

const put = (name: string, text: string) => Deno.writeTextFileSync(join(folder, name), text);
const list = (below = "") => {
  try {
    return [...Deno.readDirSync(join(folder, below))].map(({ name }) => name).sort();
  } catch {
    return [];
  }
};

describe("the driver of drop folders", () => {
  test("a file comes whole, with its name and hash, and lies in `taken` once it is stored", async () => {
    put("log.txt", "abc");
    await using driven = run();
    await until("it is taken", () => list("taken").length === 1);
    expect(driven.of("file")).toMatchObject([{
      ...{ device: "fridge-1", name: "log.txt", bytes: new TextEncoder().encode("abc") },
      hash: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    }]);
    expect(list()).toEqual(["refused", "taken"]);
    expect(Deno.readTextFileSync(join(folder, "taken/log.txt"))).toBe("abc");
  });

  test("what is refused lies in `refused` with the reason beside it; the next ones go on", async () => {
    put("bad.txt", "x");
    put("good.txt", "y");
    let first = true;
    await using _driven = run(() => {
      const kind = first ? { kind: "refused", reason: "line 1: no time" } as const : STORED;
      first = false;
      return kind;
    });
    await until("both are moved", () => list("taken").length === 1);
    expect(list("refused")).toEqual(["bad.txt", "bad.txt.reason.txt"]);
    expect(Deno.readTextFileSync(join(folder, "refused/bad.txt.reason.txt")))
      .toBe("line 1: no time\n");
    expect(list("taken")).toEqual(["good.txt"]);
  });

  test("G2: what there is no room for stays, and is offered until there is", async () => {
    put("log.txt", "abc");
    let offers = 0;
    await using driven = run(() => ++offers < 3 ? { kind: "unavailable", reason: "full" } : STORED);
    await until("it is taken", () => list("taken").length === 1);
    expect(driven.of("file")).toHaveLength(3);
  });

  test("G1: nothing is moved before it is stored", async () => {
    put("log.txt", "abc");
    const driven = file.run(
      file.settings.parse({ device: "d", folder, lookSeconds: 0.02, settleSeconds: 0 }),
      AbortSignal.timeout(60_000),
    );
    expect((await driven.next([])).value).toMatchObject([{ kind: "line" }]);
    expect((await driven.next([{ kind: "stored" }])).value).toMatchObject([{ kind: "file" }]);
    expect(list()).toEqual(["log.txt", "refused", "taken"]);
    await driven.return();
    expect([list(), list("taken")]).toEqual([["log.txt", "refused", "taken"], []]);
  });

  test("the same name twice keeps both, and one that is too large is not read", async () => {
    await using driven = run(() => STORED, { fileBytesMax: 3 });
    put("log.txt", "abc");
    await until("it is taken", () => list("taken").length === 1);
    put("log.txt", "def");
    await until("the second is taken", () => list("taken").length === 2);
    expect(list("taken")).toEqual(["cb8379ac2098_log.txt", "log.txt"]);
    put("log.txt", "abcd");
    await until("it is refused", () => list("refused").length === 2);
    expect(Deno.readTextFileSync(join(folder, "refused/log.txt.reason.txt")))
      .toBe("it has 4 bytes; at most 3 are taken\n");
    expect(driven.of("file")).toHaveLength(2);
  });

  test("links, folders and hidden names are left where they are", async () => {
    Deno.symlinkSync("/etc/hostname", join(folder, "a_link.txt"));
    Deno.mkdirSync(join(folder, "b_folder"));
    put(".c_hidden", "x");
    put("d.txt", "abc");
    await using driven = run();
    await until("it is taken", () => list("taken").length === 1);
    expect(driven.of("file")).toHaveLength(1);
    expect(list()).toEqual([".c_hidden", "a_link.txt", "b_folder", "refused", "taken"]);
  });

  test("a folder that is not there is an error that names it", async () => {
    await using driven = run(() => STORED, { folder: join(folder, "none") });
    await until("the run has ended", () => driven.ended !== null);
    expect(driven.ended?.error).toBeInstanceOf(DeviceError);
    expect(String(driven.ended?.error)).toContain(join(folder, "none"));
  });
});

const STORED: Outcome = { kind: "stored" };
