import { describe, expect, test } from "vitest";
import { contactsSchema, recipientsOf } from "./contact.ts";
import { contact, notification } from "./fixture_notifications.ts";
import { messageId, reasonText } from "./delivery.ts";

const SMS = [{ channel: "sms", to: "+8613800000000" }];

function told(contacts: readonly object[], changed: Parameters<typeof notification>[1] = {}) {
  const known = contacts.map((one, n) => contact(`c${n}`, one));
  return recipientsOf(known, notification("a", changed)).map(({ contact }) => contact);
}

describe("who is told (C4)", () => {
  test("each escalation level has contacts of its own", () => {
    const three = [{ levels: [1] }, { levels: [2] }, { levels: [3] }, { levels: [1, 3] }];
    expect(told(three, { level: 1 })).toEqual(["c0", "c3"]);
    expect(told(three, { level: 2 })).toEqual(["c1"]);
    expect(told(three, { level: 3 })).toEqual(["c2", "c3"]);
  });

  test("by role, where one of those that are addressed is his", () => {
    const both = [{ roles: ["vaccine"] }, { roles: ["waste", "engineer"] }];
    expect(told(both, { roles: ["engineer", "vaccine"] })).toEqual(["c0", "c1"]);
    expect(told(both, { roles: ["sterile"] })).toEqual([]);
  });

  test("of the sites that concern him: none named is all, and the county itself is no site", () => {
    const both = [{}, { sites: ["site-017"] }];
    expect(told(both, { site: "site-017" })).toEqual(["c0", "c1"]);
    expect(told(both, { site: "site-018" })).toEqual(["c0"]);
    expect(told(both, { site: null })).toEqual(["c0"]);
  });

  test("from the severity on that he wants", () => {
    const three = [{ from: "notice" }, { from: "warning" }, { from: "critical" }];
    expect(told(three, { severity: "critical" })).toEqual(["c0", "c1", "c2"]);
    expect(told(three, { severity: "warning" })).toEqual(["c0", "c1"]);
    expect(told(three, { severity: "notice" })).toEqual(["c0"]);
  });

  test("in each of his ways", () => {
    const ways = [...SMS, { channel: "mail", to: "li@example.org" }];
    expect(recipientsOf([contact("li", { ways })], notification("a"))).toEqual([
      { contact: "li", channel: "mail" },
      { contact: "li", channel: "sms" },
    ]);
  });
});

describe("contacts are refused with the field at fault", () => {
  const one = { id: "li", roles: ["vaccine"], ways: SMS };
  const to = (text: string) => [{ ...one, ways: [{ channel: "sms", to: text }] }];
  test.each([
    ["a name twice", [one, one], "each id once"],
    ["a channel twice", [{ ...one, ways: [...SMS, ...SMS] }], "each channel once"],
    ["no way", [{ ...one, ways: [] }], "ways"],
    ["a level that there is not", [{ ...one, levels: [4] }], "levels"],
    ["a number of 16 digits", to("+1234567890123456"), "telephone number"],
    ["a number of two", to("12"), "telephone number"],
    ["a command behind a number", to("138\r\nATD119;"), "telephone number"],
    ["a second address", to("li@example.org,wang@example.org"), "mail address"],
    ["a header behind an address", to("li@example.org\r\nBcc: x@example.org"), "mail address"],
  ])("%s", (_, contacts, said) => {
    expect(contactsSchema.safeParse(contacts).error?.message).toContain(said);
  });

  test.each(["110", "12320", "+8613800000000", "li.na@mail.example.org", ""])(
    "%j is taken",
    (good) => {
      expect(contactsSchema.safeParse(to(good)).success).toBe(true);
    },
  );
});

test("a message has the same id for the same notifications, in any order, and for no others (T2)", () => {
  const li = { contact: "li", channel: "sms" };
  expect(messageId(li, ["a", "b"])).toBe(messageId(li, ["b", "a"]));
  const others = [messageId(li, ["a"]), messageId({ ...li, contact: "wang" }, ["a", "b"])];
  expect(new Set([...others, messageId(li, ["ab"]), messageId(li, ["a", "b"])]).size).toBe(4);
});

test.each([
  ["550 5.1.1 <li.na@mail.example.org>: no such user", "550 5.1.1 <…>: no such user"],
  ['{"Code":"isv.MOBILE","Phone":"+8613800000000"}', '{"Code":"isv.MOBILE","Phone":"…"}'],
  ["two\r\n lines\u0000", "two lines"],
  ["+CMS ERROR 500", "+CMS ERROR 500"],
  ["x".repeat(400), "x".repeat(300)],
])("what others say is kept without addresses of people (X5): %j", (said, kept) => {
  expect(reasonText(said)).toBe(kept);
});
