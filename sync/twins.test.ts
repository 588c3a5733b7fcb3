import { expect, test } from "vitest";
import { Twins } from "./twins.ts";

const X = "site-1.3-00000000000000aa";
const Y = "site-1.4-00000000000000bb";
const Z = "site-1.5-00000000000000cc";

function sightings(twins: Twins, origins: readonly string[]): number[] {
  return origins.flatMap((origin, index) =>
    twins.saw("site-1", origin, `10.0.0.${origin === X ? 1 : 2}`) === null ? [] : [index]
  );
}

test("X3: two boxes with one identity are told once, both named with where they are", () => {
  const twins = new Twins();
  expect(sightings(twins, [X, X, Y, X, Y])).toEqual([]);
  expect(twins.saw("site-1", X, "10.0.0.1")).toEqual({
    node: "site-1",
    boxes: [{ origin: Y, remote: "10.0.0.2" }, { origin: X, remote: "10.0.0.1" }],
  });
  expect(sightings(twins, [Y, X, Y, X])).toEqual([]);
});

test("a box that begins one life after the other is no twin of itself", () => {
  expect(sightings(new Twins(), [X, X, Y, Y, Z, Z])).toEqual([]);
});

test("one request that was long on its way makes no twins", () => {
  expect(sightings(new Twins(), [X, Y, X, Y, Y, Y])).toEqual([]);
});

test("nodes are not taken for each other", () => {
  const twins = new Twins();
  for (let round = 0; round < 5; round++) {
    expect(twins.saw("site-1", X, null)).toBeNull();
    expect(twins.saw("site-2", "site-2.1-00000000000000aa", null)).toBeNull();
  }
});
