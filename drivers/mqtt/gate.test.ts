import { expect, test } from "vitest";
import { brokerSettings } from "./broker_settings.ts";
import { brokerFor, PASSWORD } from "./fixtures.ts";
import { Gate } from "./gate.ts";

const DEVICE = "10.0.0.5";
const STRANGER = "10.0.0.66";

/** A gate, and what it says to `th-1` with a password from an address; its clock stands. */
function gated() {
  const clock = { ms: 0 };
  const settings = brokerSettings.parse(brokerFor({ "th-1": "temperature-humidity" }));
  const gate = new Gate(settings, () => clock.ms);
  const login = async (address: string, password: string) => {
    const claim = { username: "th-1", password: new TextEncoder().encode(password), address };
    const found = await gate.login({ ...claim, certificate: null });
    return found.kind === "in" ? "in" : found.detail;
  };
  const fail = async (address: string) => {
    for (let tries = 0; tries < 5; tries++) await login(address, "wrong");
  };
  return { clock, login, fail };
}

const WAITS = "5 times in a row: it has to wait";

test("X2: wrong passwords from one address do not lock the name out at another", async () => {
  const { login, fail } = gated();
  await fail(STRANGER);
  expect(await login(STRANGER, PASSWORD)).toBe(WAITS);
  expect(await login(DEVICE, PASSWORD)).toBe("in");
});

test("X2: a password that was right before is right while the name has to wait", async () => {
  const { login, fail } = gated();
  expect(await login(DEVICE, PASSWORD)).toBe("in");
  await fail(DEVICE);
  expect(await login(DEVICE, "wrong")).toBe(WAITS);
  expect(await login(DEVICE, PASSWORD)).toBe("in");
});

test("X2: wrong passwords that are tried all at once count one by one", async () => {
  const { login } = gated();
  await Promise.all(Array.from({ length: 5 }, () => login(DEVICE, "wrong")));
  expect(await login(DEVICE, PASSWORD)).toBe(WAITS);
});

test("X2: a name that had to wait may try again a minute later", async () => {
  const { clock, login, fail } = gated();
  await fail(DEVICE);
  clock.ms = 59_999;
  expect(await login(DEVICE, PASSWORD)).toBe(WAITS);
  clock.ms = 60_000;
  expect(await login(DEVICE, PASSWORD)).toBe("in");
});
