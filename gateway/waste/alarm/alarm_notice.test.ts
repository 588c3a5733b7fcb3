import { describe, expect, test } from "vitest";
import { type AlarmBody, ALARMS, LEVELS } from "./alarm_body.ts";
import { noticeOf } from "./alarm_notice.ts";

const alarm: AlarmBody = {
  id: "a".repeat(64),
  site: "site-017",
  rule: "W5",
  alarm: "breach",
  level: "site",
  subject: "MW0123456789ABC",
  basis: "sealing",
  hours: 48,
  isCertain: true,
};
const place = { zh: "河口镇卫生院", en: "Hekou" };
const about = { alarm, before: 0, isOver: false, sinceMs: 5, place };

describe("W9 what people are told of an alarm", () => {
  test("reaches each level, the first as raised and the others as escalated", () => {
    const told = LEVELS.map((level) => noticeOf({ ...about, alarm: { ...alarm, level } }));
    expect(told.map(({ level, event }) => [level, event])).toEqual([
      [1, "raised"],
      [2, "escalated"],
      [3, "escalated"],
    ]);
    expect(told[0]).toMatchObject({
      severity: "critical",
      value: { number: 48, unit: "h" },
      where: { code: alarm.subject },
      roles: ["waste"],
    });
  });

  test("has an id for each raising and each end, and grows in number", () => {
    const four = [0, 1].flatMap((before) =>
      [false, true].map((isOver) => noticeOf({ ...about, before, isOver }))
    );
    expect(four.map(({ number }) => number)).toEqual([0, 1, 2, 3]);
    expect(new Set(four.map(({ id }) => id)).size).toBe(4);
    expect(new Set(four.map(({ subject }) => subject)).size).toBe(1);
    expect(noticeOf(about)).toEqual(noticeOf(about));
  });

  test.each(ALARMS)("can be told of every alarm, also with clocks in doubt: %s", (name) => {
    const { hours: _, ...rest } = alarm;
    const told = noticeOf({ ...about, alarm: { ...rest, alarm: name, isCertain: false } });
    expect(told.what.zh).toContain("时钟存疑");
    expect(told.value).toBeNull();
  });

  test("X5 names nobody: what looks like a telephone number is left out", () => {
    const subject = "13800138000";
    const told = noticeOf({ ...about, alarm: { ...alarm, subject } });
    expect(JSON.stringify(told)).not.toContain(subject);
    const called = noticeOf({ ...about, place: { zh: `张 ${subject}`, en: "x".repeat(200) } });
    expect(JSON.stringify(called)).not.toContain(subject);
    expect(called.place).toEqual({ zh: "site-017", en: "site-017" });
  });
});
