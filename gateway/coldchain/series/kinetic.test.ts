import { expect, test } from "vitest";
import { meanKinetic } from "./kinetic.ts";

test("C3 MKT: of one temperature it is that temperature, of none nothing", () => {
  for (const celsius of [-80, -20, 5, 25]) {
    expect(meanKinetic([[celsius, 60_000]])).toBeCloseTo(celsius, 9);
  }
  expect(meanKinetic([])).toBeNull();
  expect(meanKinetic([[5, 0]])).toBeNull();
});

test("C3 MKT: of two temperatures for as long it is the closed form, also in deep cold", () => {
  const closed = (one: number, other: number, perKelvin: number) => {
    const rate = (celsius: number) => Math.exp(-perKelvin / (celsius + 273.15));
    return perKelvin / -Math.log((rate(one) + rate(other)) / 2) - 273.15;
  };
  expect(meanKinetic([[2, 1], [8, 1]])).toBeCloseTo(closed(2, 8, 83_144 / 8.314), 6);
  expect(meanKinetic([[2, 1], [8, 1]], 83)).toBeCloseTo(closed(2, 8, 83_000 / 8.314), 6);
  expect(meanKinetic([[-90, 1], [-60, 1]])).toBeCloseTo(closed(-90, -60, 83_144 / 8.314), 6);
});

test("C3 MKT: the order of samples changes no bit of it", () => {
  const known = [[2.1, 7], [8.3, 5], [-4.2, 11], [5, 3]] as const;
  expect(meanKinetic([...known].reverse())).toBe(meanKinetic(known));
});
