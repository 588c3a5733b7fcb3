import { expect, test } from "vitest";
import { NONCE_LIFETIME_MS, Nonces } from "./nonces.ts";

const secret = new Uint8Array(32).fill(7);

test("X3: a nonce is good once, within its lifetime, with whoever has the secret", () => {
  let now = 1_000_000;
  const nonces = new Nonces(secret, () => now);
  const nonce = nonces.issue();
  const late = nonces.issue();
  const elsewhere = nonces.issue();
  expect(nonces.redeem(nonce)).toBe("fresh");
  expect(nonces.redeem(nonce)).toBe("used");
  expect(new Nonces(secret, () => now).redeem(elsewhere)).toBe("fresh");
  expect(new Nonces(new Uint8Array(32), () => now).redeem(elsewhere)).toBe("foreign");
  now += NONCE_LIFETIME_MS + 1;
  expect(nonces.redeem(late)).toBe("expired");
  expect(nonces.redeem(nonce)).toBe("expired");
});

test("X3: a nonce is remembered as used for as long as it would be valid", () => {
  let now = 0;
  const nonces = new Nonces(secret, () => now);
  const nonce = nonces.issue();
  expect(nonces.redeem(nonce)).toBe("fresh");
  for (; now <= NONCE_LIFETIME_MS; now += 1000) {
    nonces.redeem(nonces.issue());
    expect(nonces.redeem(nonce)).toBe("used");
  }
});

test("X3: no nonce is what only looks like one", () => {
  const nonces = new Nonces(secret, () => 0);
  const nonce = nonces.issue();
  const last = nonce.at(-1) === "A" ? "Q" : "A";
  for (
    const other of ["", "none", nonce.slice(1), nonce.slice(0, -1) + last, nonce + "AAAA", "🧊"]
  ) {
    expect(nonces.redeem(other)).toBe("foreign");
  }
});
