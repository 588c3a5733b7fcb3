import { expect, test } from "vitest";
import { NodeKey } from "../../../sync/identity.ts";
import { packText } from "./document.ts";
import { factsFrom, packSource, type RuleSource } from "./fixture_pack.ts";
import { Shelf } from "./shelf.ts";
import { loadPack, signPack } from "./signed_pack.ts";

const key = NodeKey.create();
const trusts = (signer: string) => signer === key.publicKey;

function signed(rules: readonly Partial<RuleSource>[]) {
  return signPack(packText(packSource(rules)), key);
}

test("a pack is taken with the signature of a key that is known, and no other", () => {
  const pack = signed([{}]);
  expect(loadPack(JSON.stringify(pack), trusts)).toMatchObject({ identity: pack.identity });
  const stranger = signPack(pack.pack, NodeKey.create());
  expect(() => loadPack(JSON.stringify(stranger), trusts)).toThrow("nobody here knows the key");
  for (
    const altered of [
      { ...pack, pack: pack.pack.replace('"orange"', '"yellow"') },
      { ...pack, identity: signed([{ level: "blue" }]).identity },
      { ...stranger, signer: key.publicKey },
    ]
  ) {
    expect(() => loadPack(JSON.stringify(altered), trusts)).toThrow("signature does not hold");
  }
  expect(() => loadPack("{}", trusts)).toThrow("no signed pack");
});

test("a pack whose own case fails is refused, whoever signed it", () => {
  const source = packSource([{}], [], [{
    id: "nothing",
    prescription: { lines: [{}] },
    expect: {},
  }]);
  const pack = signPack(packText(source), key);
  expect(() => loadPack(JSON.stringify(pack), trusts)).toThrow("found rule-1 orange");
});

const { facts, atMs } = factsFrom({ lines: [{}] });

test("P6 packs are switched at once, and an older one replays its verdicts", () => {
  const [old, next] = [[{}], [{ level: "red" as const }]].map((rules) =>
    loadPack(JSON.stringify(signed(rules)), trusts)
  );
  const shelf = new Shelf();
  shelf.add(old);
  shelf.switchTo([old.identity]);
  const before = shelf.review(facts, atMs);
  expect(before).toMatchObject({ packs: [old.identity], findings: [{ level: "orange" }] });
  shelf.add(next);
  expect(shelf.review(facts, atMs)).toEqual(before);
  shelf.switchTo([next.identity]);
  expect(shelf.review(facts, atMs).findings).toMatchObject([{ level: "red" }]);
  expect(shelf.review(facts, atMs, before.packs)).toEqual(before);
  expect(() => shelf.switchTo([old.identity, "other"])).toThrow('"other": it is not here');
  expect(() => shelf.switchTo([old.identity, next.identity])).toThrow('two packs named "test"');
  expect(shelf.inForce).toEqual([next.identity]);
});

test("P5 a pack that is not effective on the day of issue passes nothing by its silence", () => {
  const loaded = ["legal", "clinical"].map((name) => {
    const own = packSource([{}]);
    const effective = name === "clinical" ? { from: "2020-01-01", until: "2026-12-31" } : null;
    const head = { ...own.head, name, ...(effective === null ? {} : { effective }) };
    return loadPack(JSON.stringify(signPack(packText({ ...own, head }), key)), trusts);
  });
  const shelf = new Shelf();
  for (const pack of loaded) shelf.add(pack);
  shelf.switchTo(loaded.map(({ identity }) => identity));
  const on = (day: string) => {
    const issuedMs = Date.parse(`${day}T12:00:00+08:00`);
    return shelf.review({ ...facts, issuedMs }, issuedMs).findings.map(({ rule, level }) =>
      `${rule} ${level}`
    );
  };
  const late = "tributary/pack-not-effective could-not-check";
  expect(on("2026-12-31")).not.toContain(late);
  expect(on("2027-01-01")).toContain(late);
  expect(on("2019-12-31")).toContain("tributary/no-pack could-not-check");
});

test("P5 with no pack in force nothing passes", () => {
  const shelf = new Shelf();
  expect(shelf.review(facts, atMs).findings).toMatchObject([{ level: "could-not-check" }]);
  const pack = loadPack(JSON.stringify(signed([{}])), trusts);
  shelf.add(pack);
  shelf.switchTo([pack.identity]);
  const early = { ...facts, issuedMs: Date.parse("2019-12-31T23:59:59+08:00") };
  expect(shelf.review(early, atMs).findings).toMatchObject([{ rule: "tributary/no-pack" }]);
});
