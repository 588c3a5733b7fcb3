import { expect, test } from "vitest";
import { type Contact, contactSchema } from "../../notifications/contact.ts";
import { newContacts } from "../../notifications/contact_tables.ts";
import { channelConfig } from "../../notifications/notification_config.ts";
import { coldchainConfig } from "../coldchain_config.ts";
import { notCompliant } from "../life/compliance.ts";
import { SITE } from "../life/fixture_life.ts";
import * as reads from "../record/cold_reads.ts";
import { FRIDGE, SiteCold, times } from "./fixture_cold_desk.ts";
import { unitWords } from "./unit_words.ts";

const CHANNELS = [
  { kind: "siren-coil", name: "siren", device: "relay-1", point: "siren" },
  { kind: "siren-mqtt", name: "horn", url: "mqtt://127.0.0.1:1883", topic: "siren" },
  { kind: "webhook", name: "hook", url: "https://a.example", secretFile: "s" },
].map((one) => channelConfig.parse(one));

const contact = (id: string, ways: object[] | string, more: object = {}): Contact =>
  contactSchema.parse({
    ...{ id, roles: ["coldchain"], ...more },
    ways: typeof ways === "string" ? [{ channel: "sms", to: ways }] : ways,
  });

function recipients(contacts: readonly Contact[]) {
  const config = coldchainConfig.parse({ units: [FRIDGE] });
  const [unit] = unitWords(SITE, config, { contacts, channels: CHANNELS }, [], 0);
  return { ids: new Set(unit.recipients.map(({ id }) => id)), unit };
}

const lacks = (contacts: readonly Contact[]) =>
  notCompliant(recipients(contacts).unit, [], null).includes("recipients");

const LI = contact("li", "+8613800000001");
const WANG = contact("wang", "+8613800000002");
const ZHAO = contact("zhao", [{ channel: "mail", to: "Zhao@county.example" }], { levels: [2, 3] });

test("C5: three persons with a telephone or a mailbox each are three, two are too few", () => {
  expect([lacks([LI, WANG, ZHAO]), lacks([LI, WANG]), lacks([])]).toEqual([false, true, true]);
});

test.each<readonly [string, Contact]>([
  ["a siren", contact("siren", [{ channel: "siren" }])],
  ["a relay by MQTT", contact("horn", [{ channel: "horn" }])],
  ["the same number", contact("li-2", "+8613800000001")],
  ["the same number without its country", contact("li-2", "13800000001")],
  [
    "a mailbox of somebody who has a telephone",
    contact("a-mail", [{ channel: "mail", to: "li@county.example" }]),
  ],
  ["a way without an address to a channel that is not here", contact("x", [{ channel: "other" }])],
  ["another role", contact("zhao", "+8613800000003", { roles: ["waste"] })],
  ["another site", contact("zhao", "+8613800000003", { sites: ["site-018"] })],
])("C5: %s is no third person", (_what, third) => {
  const ways = [{ channel: "sms", to: "+8613800000001" }];
  const li = contact("li", [...ways, { channel: "mail", to: "li@county.example" }]);
  expect(lacks([li, WANG, third])).toBe(true);
});

test("C5: persons who share a mailbox and have telephones of their own are as many", () => {
  const ward = { channel: "mail", to: "ward@county.example" };
  const three = [1, 2, 3].map((n) =>
    contact(`nurse-${n}`, [{ channel: "sms", to: `+861380000000${n}` }, ward])
  );
  expect(lacks(three)).toBe(false);
});

test("C5: who is entered twice is told at the levels of both", () => {
  const { unit } = recipients([LI, contact("li-2", "13800000001", { levels: [3] })]);
  expect(unit.recipients).toEqual([{ id: "li", level: 1 }, { id: "li", level: 3 }]);
});

test("C5: a program that is told counts once", () => {
  const hook = (id: string) => contact(id, [{ channel: "hook" }]);
  expect(recipients([LI, hook("a"), hook("b")]).ids).toEqual(new Set(["a", "li"]));
});

test("C5: contacts that the county names count, from when it does, and an alarm goes on", async () => {
  await using cold = await SiteCold.open();
  const known = async () => {
    const unit = await reads.unitOf(cold.tables.tables, SITE, FRIDGE.id);
    return unit?.recipients.map(({ id }) => id);
  };
  const words = () => cold.tables.tables.rows("SELECT id FROM coldevents WHERE kind = 'cold-unit'");
  const names = async (number: number, contacts: readonly Contact[], minute: number) => {
    const body = newContacts(number, contacts, "county-a");
    await cold.tables.append("contacts", body, minute * 60_000, `to:${SITE}`);
  };
  expect(await known()).toEqual([]);
  await cold.reads(1, times(64, 9));
  await cold.look(61);
  await names(1, [LI, WANG, contact("siren", [{ channel: "siren" }])], 61);
  await cold.look(62);
  expect(await known()).toEqual(["li", "wang"]);
  await names(2, [LI, WANG, ZHAO], 62);
  await cold.look(63);
  await cold.look(64);
  expect(await known()).toEqual(["li", "wang", "zhao", "zhao"]);
  expect(await words()).toHaveLength(3);
  await cold.reads(65, times(5, 9));
  await cold.look(69);
  expect(await cold.episodes()).toEqual(["high 1 open"]);
  expect(await cold.told()).toEqual(["raised cold-high 1"]);
});
