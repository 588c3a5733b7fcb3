import { expect, test } from "vitest";
import { copiesTable } from "./copies.ts";
import { reasonText } from "./reason.ts";
import { at, COPIED, reasonsOf, rowOf } from "./fixture_compliance.ts";

const copies = (nowMs: number, ...until: (number | null)[]) => ({
  centres: until.map((untilMs, n) => ({ centre: `county-${"ab"[n]}`, untilMs })),
  nowMs,
});

const NOON = at("2026-03-02 12:00");
const A_DAY_LATER = at("2026-03-03 12:00");
const MISSING = ["not-backed-up c11-backup 03-02"];

test.each([[0, []], [1, MISSING]])(
  "C11: what is not at a centre a day and %i ms later is not backed up: %j",
  (more, wanted) => {
    const row = rowOf("2026-03-02", {
      copies: copies(A_DAY_LATER + more, A_DAY_LATER, NOON),
    });
    expect(reasonsOf(row)).toEqual(wanted);
    expect(row?.verdict).toBe(wanted.length === 0 ? "compliant" : "not-compliant");
  },
);

test("C11: a day is backed up once all of it is at both centres, whenever that was", () => {
  const late = at("2026-04-01 00:00");
  const of = (...until: (number | null)[]) =>
    reasonsOf(rowOf("2026-03-02", { copies: copies(late, ...until) }));
  expect(of(at("2026-03-03 00:00"), late)).toEqual([]);
  expect(of(at("2026-03-03 00:00") - 1, late)).toEqual(MISSING);
  expect(of(late, null), "a county goes by its own where it does not hear the other").toEqual([]);
  expect(of(NOON, null)).toEqual(MISSING);
  expect(of(), "no centre").toEqual(MISSING);
});

test("C11: where nothing is known of any centre nobody can say, and it is never compliant", () => {
  const rowAt = (nowMs: number) =>
    rowOf("2026-03-02", { copies: copies(nowMs, null, null), asOf: "2026-03-02 12:00" });
  const dayMs = A_DAY_LATER - NOON;
  const within = at("2026-03-02 00:00") + dayMs;
  expect(rowAt(within)?.verdict, "it may come for a day still").toBe("compliant");
  const row = rowAt(within + 1);
  expect(reasonsOf(row)).toEqual(["backup-unknown c11-backup 03-02"]);
  expect(row?.verdict).toBe("cannot-say");
  expect(reasonText({ kind: "backup-unknown", rule: "c11-backup", dates: [] }, false)).toEqual({
    zh: "无法确认是否已备份 [c11-backup]",
    en: "cannot say whether it is backed up [c11-backup]",
  });
});

test("C11: of a month the days are named that are not", () => {
  const row = rowOf("2026-02", { copies: copies(at("2026-03-01 08:00"), at("2026-02-27 10:00")) });
  expect(reasonsOf(row)).toEqual(["not-backed-up c11-backup 02-27~02-28"]);
});

test("C11: when each centre last had all is shown", () => {
  const shown = (table: ReturnType<typeof copiesTable>) =>
    table.rows.map(({ cells, tone }) => [...cells, tone]);
  expect(shown(copiesTable(copies(A_DAY_LATER + 1, NOON, null)))).toEqual([
    ["county-a", "2026-03-02 12:00", { zh: "未备份", en: "NOT BACKED UP" }, "bad"],
    ["county-b", null, { zh: "本节点不知", en: "not known here" }, "warn"],
  ]);
  expect(shown(copiesTable(COPIED)).map((cells) => cells.at(-1))).toEqual(["good", "good"]);
  expect(shown(copiesTable(copies(NOON)))).toEqual([]);
});
