import { stringify } from "yaml";
import { describe, expect, test } from "vitest";
import { ConfigError, parseConfig } from "../config_file.ts";

const HOOK = { kind: "webhook", name: "hook", url: "https://a.example/x", secretFile: "/x" };
const MAIL = { kind: "mail", name: "mail", host: "mail.example", from: "a@county.example" };
const FIELDS = [{ name: "phone", value: "{to}" }];
const GATEWAY = { kind: "sms-gateway", name: "sms", url: "https://a.example/x", fields: FIELDS };
const SIREN = { kind: "siren-coil", name: "siren", device: "relay-1", point: "siren" };
const SOURCES = [{
  name: "line-1",
  driver: "modbus",
  settings: {
    connection: { type: "tcp", host: "127.0.0.1", port: 502 },
    devices: [{ id: "relay-1", profile: "vaccine-fridge" }],
  },
}];

function told(notifications: object, sources: readonly object[] = []): string {
  const title = { zh: "站点", en: "Site" };
  try {
    parseConfig(stringify({ role: "site", node: "site-1", title, notifications, sources }));
    return "";
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}

describe("channels and contacts are refused with the setting at fault, and what is wanted", () => {
  test.each([
    ["a channel of no kind", { channels: [{ ...HOOK, kind: "telex" }] }, "channels[0].kind"],
    ["two of one name", { channels: [HOOK, { ...MAIL, name: "hook" }] }, "want each name once"],
    ["a webhook in clear", { channels: [{ ...HOOK, url: "http://a.example/" }] }, "want https"],
    ["mail in clear", { channels: [{ ...MAIL, security: "none" }] }, "want tls or starttls"],
    ["a gateway that is told no number", {
      channels: [{ ...GATEWAY, fields: [{ name: "a", value: "{text}" }] }],
    }, "want {to}"],
    ["a signature without its secret", {
      channels: [{ ...GATEWAY, signOver: "{body}" }],
    }, "want the file with the secret"],
    ["a pattern that is none", { channels: [{ ...GATEWAY, ok: "(" }] }, "regular expression"],
    ["a siren at no device", { channels: [SIREN] }, 'there is no device "relay-1"'],
    ["a take-over within the interval", {
      foldSeconds: 300,
      takeOverSeconds: 599,
    }, "at least twice foldSeconds"],
    ["a contact without a way", {
      contacts: [{ id: "li", roles: ["vaccine"], ways: [] }],
    }, "contacts[0].ways"],
  ])("%s", (_, notifications, said) => {
    expect(told(notifications)).toContain(said);
  });

  test("a siren at a point that its device does not permit", () => {
    expect(told({ channels: [SIREN] }, SOURCES)).toContain("want it in its writes");
  });

  test.each([
    [{ channels: [HOOK, MAIL, GATEWAY] }],
    [{ channels: [{ ...MAIL, host: "127.0.0.1", port: 25, security: "none" }] }],
    [{ foldSeconds: 300, takeOverSeconds: 600 }],
    [{}],
  ])("%j is taken", (notifications) => {
    expect(told(notifications)).toBe("");
  });
});
