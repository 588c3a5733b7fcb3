import { Secret } from "otpauth";
import { describe, expect, test } from "vitest";
import { newSecret, otpauthUri, stepOf } from "./totp.ts";

/** RFC 6238, appendix B: the ASCII secret of its SHA-1 rows. */
const RFC_SECRET = Secret.fromLatin1("12345678901234567890").base32;

/** Appendix B has eight digits; six are their last ones (RFC 4226, 5.3: modulo 10^digits). */
const RFC_CODES = [
  [59, "94287082"],
  [1_111_111_109, "07081804"],
  [1_111_111_111, "14050471"],
  [1_234_567_890, "89005924"],
  [2_000_000_000, "69279037"],
  [20_000_000_000, "65353130"],
] as const;

describe("X1: a second factor", () => {
  test.each(RFC_CODES)("is that of RFC 6238 at %i s", (seconds, digits) => {
    const step = stepOf(digits.slice(-6), {
      secret: RFC_SECRET,
      used: null,
      wallMs: seconds * 1000,
    });
    expect(step).toBe(Math.floor(seconds / 30));
  });

  test("holds for one step before and behind, not for two", () => {
    const code = "287082";
    const at = (seconds: number) =>
      stepOf(code, { secret: RFC_SECRET, used: null, wallMs: seconds * 1000 });
    // The code is that of 30 s to 60 s.
    expect([at(0), at(29), at(30), at(59), at(60), at(89), at(90)])
      .toEqual([1, 1, 1, 1, 1, 1, null]);
  });

  test("works once, and none of before it afterwards", () => {
    const at = { secret: RFC_SECRET, wallMs: 59_000 };
    expect(stepOf("287082", { ...at, used: 0 })).toBe(1);
    expect(stepOf("287082", { ...at, used: 1 })).toBeNull();
    expect(stepOf("287082", { ...at, used: 2 })).toBeNull();
  });

  test.each(["", "28708", "2870820", "28708a", "000000", "１２３４５６"])(
    "%j opens nothing",
    (code) => {
      expect(stepOf(code, { secret: RFC_SECRET, used: null, wallMs: 59_000 })).toBeNull();
    },
  );

  test("may be typed with the space that apps show", () => {
    expect(stepOf("287 082", { secret: RFC_SECRET, used: null, wallMs: 59_000 })).toBe(1);
  });

  test("has a secret of 160 random bits, which an app reads with account and node", () => {
    const [one, other] = [newSecret(), newSecret()];
    expect(one).toMatch(/^[A-Z2-7]{32}$/);
    expect(one).not.toBe(other);
    const uri = new URL(otpauthUri(one, "li", "county-a"));
    expect(uri.protocol).toBe("otpauth:");
    expect(uri.searchParams.get("secret")).toBe(one);
    expect(uri.searchParams.get("issuer")).toBe("Tributary");
    expect(decodeURIComponent(uri.pathname)).toContain("li county-a");
  });
});
