import { expect, test } from "vitest";
import { type Certificate, distrustOf, isDistrust } from "./certificate.ts";

const NOW = Date.parse("2026-11-30T08:00:00Z");

const certificate: Certificate = {
  valid_from: "Nov  1 00:00:00 2026 GMT",
  valid_to: "Dec  1 00:00:00 2026 GMT",
  issuer: { CN: "County CA" },
};

test.each<[string, Partial<Certificate>, string, RegExp]>([
  [
    "has expired: with the day, and what this node's clock says",
    { valid_to: "Nov 29 23:59:59 2026 GMT" },
    "its certificate has expired on 2026-11-29",
    /renew it there; if this node's clock says 2026-11-30 and that is wrong/,
  ],
  [
    "is not good yet: the clock of a box without a battery says so of every certificate",
    { valid_from: "Dec  1 00:00:00 2026 GMT" },
    "its certificate is good from 2026-12-01 only",
    /this node's clock says 2026-11-30: set the clock/,
  ],
  [
    "is somebody else's: with the name of who issued it",
    { issuer: { CN: "Other CA" } },
    'its certificate was issued by "Other CA", whom this node does not trust',
    /ca names the wrong file/,
  ],
  [
    "is nobody's",
    { issuer: {} },
    'its certificate was issued by "?", whom this node does not trust',
    /somebody else answers/,
  ],
])("a certificate that %s", (_what, more, reason, hint) => {
  const distrust = distrustOf({ ...certificate, ...more }, NOW);
  expect(distrust.reason).toBe(reason);
  expect(distrust.hint).toMatch(hint);
});

test("a line that is down is no distrust", () => {
  const failed = (code: string) => Object.assign(new Error("failed"), { code });
  expect(isDistrust(failed("ECONNREFUSED"))).toBe(false);
  expect(isDistrust(new Error("no answer for 30 s"))).toBe(false);
  expect(isDistrust(failed("UNABLE_TO_VERIFY_LEAF_SIGNATURE"))).toBe(true);
});
