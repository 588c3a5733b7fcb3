import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { notification } from "./fixture_notifications.ts";
import { lineOf, messageText, subjectText } from "./message_text.ts";
import { type Notification, notificationEntry } from "./notification.ts";
import { stampAt } from "../../sync/fixtures.ts";

const TIME = stampAt(0);

describe("a message (C9)", () => {
  test("says what, where and since when in China's time, in either language", () => {
    const one = notification("a");
    expect(lineOf(one, "zh"))
      .toBe("[严重·1级] 甲卫生院 疫苗冰箱1：温度高于上限 9.2 °C，自11-29 08:03");
    expect(lineOf(one, "en")).toBe(
      "[CRITICAL L1] Clinic A, vaccine fridge 1: above its range 9.2 °C, since 11-29 08:03",
    );
  });

  test("says that it goes on, was acknowledged, or is over", () => {
    const said = (event: Notification["event"]) =>
      lineOf(notification("a", { event, level: 2, value: null, severity: "notice" }), "zh");
    expect(said("escalated")).toContain(
      "[提示·2级] 甲卫生院 疫苗冰箱1：仍未处理：温度高于上限，自",
    );
    expect(said("acknowledged")).toContain("已确认：");
    expect(said("recovered")).toContain("已恢复：");
  });

  test("tells of each subject what was told last, whatever order they come in", () => {
    const raised = notification("a", { subject: "s" });
    const over = notification("b", { subject: "s", number: 1, event: "recovered" });
    for (const both of [[raised, over], [over, raised]]) {
      expect(messageText(both, "en", 500)).toBe(lineOf(over, "en"));
    }
  });
});

describe("a message of several alarms", () => {
  const many = Array.from({ length: 5 }, (_, n) => notification(String(n)));
  const line = lineOf(many[0], "zh");

  test("counts them, and shows all where they fit exactly", () => {
    const all = ["5条报警", ...many.map(() => line)].join("\n");
    expect(messageText(many, "zh", all.length)).toBe(all);
    expect(messageText(many, "zh", all.length - 1))
      .toBe(["5条报警", line, line, line, line, "另有1条，见控制台"].join("\n"));
    expect(subjectText(many, "zh")).toBe(`${line} (+4)`);
  });

  test("never is longer than a channel takes, and never ends in half a character", () => {
    const titles = fc.constantFrom("冰箱", "𠮷野家冰箱", "f".repeat(80), "𠮷".repeat(40));
    fc.assert(
      fc.property(
        fc.array(titles, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 40, max: 300 }),
        (
          names,
          lengthMax,
        ) => {
          const all = names.map((zh, n) =>
            notification(String(n), { where: { code: "f", zh, en: zh } })
          );
          const text = messageText(all, "zh", lengthMax);
          expect(text.length).toBeLessThanOrEqual(lengthMax);
          expect(text.isWellFormed()).toBe(true);
        },
      ),
    );
  });
});

describe("nothing personal leaves in a message (X5)", () => {
  const MOBILE = [
    "13800000000",
    "+8613800000000",
    "138 0000 0000",
    "电话138-0000-0000。",
    "１３８００００００００",
  ];
  const RESIDENT = [
    "11010519491231002X",
    "身份证11010519491231002x",
    "１１０１０５１９４９１２３１００２Ｘ",
  ];

  test.each([...MOBILE, ...RESIDENT])("%s is refused, with the field that has it", (zh) => {
    for (const field of ["what", "where"] as const) {
      const named = { code: "c", zh, en: "en" };
      expect(() => notificationEntry(TIME, notification("a", { [field]: named }))).toThrow(field);
    }
    expect(() => notificationEntry(TIME, notification("a", { place: { zh, en: "en" } })))
      .toThrow("place");
  });

  test.each([
    ["one digit less than a mobile number", "1380000000"],
    ["one digit more", "138000000000"],
    ["a number of no network", "12800000000"],
    ["an identity number with a wrong check digit", "110105194912310021"],
    ["a manifest's fourteen digits", "32050020261234"],
    ["a name of a device", "fridge-1"],
  ])("%s is none", (_, en) => {
    const entry = notificationEntry(TIME, notification("a", { where: { code: "c", zh: "z", en } }));
    expect(entry.stream).toBe("alarm");
  });

  test.each(["two\nlines", "a\u0007bell", "hidden\u202eturn", "", "x".repeat(81)])(
    "words that are no line of up to 80 characters are refused: %j",
    (en) => {
      const where = { code: "c", zh: "z", en };
      expect(() => notificationEntry(TIME, notification("a", { where }))).toThrow("where");
    },
  );
});
