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

test("P5 with no pack in force nothing passes", () => {
  const shelf = new Shelf();
  expect(shelf.review(facts, atMs).findings).toMatchObject([{ level: "could-not-check" }]);
  const pack = loadPack(JSON.stringify(signed([{}])), trusts);
  shelf.add(pack);
  shelf.switchTo([pack.identity]);
  const early = { ...facts, issuedMs: Date.parse("2019-12-31T23:59:59+08:00") };
  expect(shelf.review(early, atMs).findings).toMatchObject([{ rule: "tributary/no-pack" }]);
});
