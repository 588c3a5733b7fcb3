import { describe, expect, test } from "vitest";
import { range } from "../../sync/fixtures.ts";
import { Argon, ArgonBusy } from "./argon.ts";
import { passwordFault, PIN_COST, pinFault } from "./passwords.ts";

describe("X1: a password", () => {
  test.each(
    [
      ["seven characters", "Ab3$efg", "tooShort"],
      ["eight of three kinds", "Ab3defgh", null],
      ["eight of two kinds", "ab3defgh", "tooSimple"],
      ["fifteen of one kind", "correcthorsebat", "tooSimple"],
      ["sixteen of one kind", "correcthorsebatt", null],
      ["a Chinese sentence", "今天天气很好我们去公园散步吃饭吧", null],
      ["128 characters", `Ab3$${"xyzqrs".repeat(20)}wxyz`, null],
      ["129 characters", `Ab3$${"xyzqrs".repeat(20)}wxyza`, "tooLong"],
      ["the account's name in it", "Zhangsan-2026", "likeName"],
      ["four characters again and again", "Aa1!Aa1!Aa1!Aa1!", "tooSimple"],
      ["a row", "abcdefghijklmnopq", "tooSimple"],
    ] as const,
  )("of %s is %j", (_, password, fault) => {
    expect(passwordFault(password, "zhangsan")).toBe(fault);
  });
});

describe("X1: a PIN", () => {
  test.each(
    [
      ["12345", "tooShort"],
      ["1234567", "tooLong"],
      ["12345a", "tooShort"],
      ["111111", "tooSimple"],
      ["123456", "tooSimple"],
      ["654321", "tooSimple"],
      ["135791", null],
      ["200212", null],
    ] as const,
  )("%s is %j", (pin, fault) => expect(pinFault(pin)).toBe(fault));
});

describe("X1: what is kept", () => {
  test("of a password is argon2id as OWASP has it, another string each time", async () => {
    const argon = new Argon();
    const [one, other] = await Promise.all([argon.hash("Ab3defgh"), argon.hash("Ab3defgh")]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(one).not.toBe(other);
    expect(await argon.verify("Ab3defgh", one)).toBe(true);
    for (const wrong of ["Ab3defgi", "", "\0", "ab3defgh", "x".repeat(30_000)]) {
      expect(await argon.verify(wrong, one), wrong).toBe(false);
    }
  });

  test("is the same for one password typed in two ways of Unicode", async () => {
    const argon = new Argon();
    const phc = await argon.hash("Ä１２３abcd");
    expect(await argon.verify("A\u0308123abcd", phc)).toBe(true);
  });

  test("of a PIN is argon2id with more memory, worth nothing without this node's key", async () => {
    const argon = new Argon();
    const key = new Uint8Array(32).fill(7);
    const phc = await argon.hash("135791", PIN_COST, key);
    expect(phc).toContain("$m=65536,t=3,p=4$");
    expect(await argon.verify("135791", phc, key)).toBe(true);
    expect(await argon.verify("135791", phc, new Uint8Array(32))).toBe(false);
    expect(await argon.verify("135791", phc)).toBe(false);
  });

  test("is argon2id: RFC 9106's reference made this one", async () => {
    // phc-winner-argon2, src/test.c: version 0x13, argon2id.
    const phc = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$" +
      "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
    expect(await new Argon().verify("password", phc)).toBe(true);
  });

  test("is made for sixteen at one moment; who comes then is told so, and later ones are served", async () => {
    const argon = new Argon();
    const cost = { memorySize: 64, iterations: 1, parallelism: 1 };
    const all = range(1, 16).map(() => argon.hash("x", cost));
    await expect(argon.hash("x", cost)).rejects.toThrow(ArgonBusy);
    await Promise.all(all);
    expect(await argon.hash("x", cost)).toContain("argon2id");
  });
});
