import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { absoluteKPa, atmosphereKPa } from "./pressure.ts";
import { offSaturationKelvin, saturationCel, saturationKPa } from "./saturation.ts";

describe("S4 saturated steam", () => {
  // IAPWS R7-97(2012), table 36, and table 35 (MPa).
  test.each([[0.1, 372.755919], [1, 453.035632], [10, 584.149488]])(
    "S4 at %s MPa it has the %s K of the release's own check",
    (megapascal, kelvin) => {
      expect((saturationCel(megapascal * 1000) ?? NaN) + 273.15).toBeCloseTo(kelvin, 6);
    },
  );

  test.each([[300, 0.00353658941], [500, 2.63889776], [600, 12.3443146]])(
    "S4 at %s K it has the %s MPa of the release's own check",
    (kelvin, megapascal) => {
      const pressure = (saturationKPa(kelvin - 273.15) ?? NaN) / 1000;
      expect(pressure / megapascal).toBeCloseTo(1, 8);
    },
  );

  // Saturation properties of steam, NIST data: people.ohio.edu/trembly/mechanical/thermo/
  // property_tables/H2O/H2O_TempSat1.html (MPa, five digits).
  test.each([
    [100, 101.42],
    [105, 120.90],
    [110, 143.38],
    [115, 169.18],
    [120, 198.67],
    [125, 232.24],
    [130, 270.28],
    [135, 313.2],
    [140, 361.54],
  ])("S4 at %s °C it has the %s kPa of published tables", (temperature, published) => {
    expect(Math.abs((saturationKPa(temperature) ?? NaN) / published - 1)).toBeLessThan(0.0005);
    expect(saturationCel(published)).toBeCloseTo(temperature, 1);
  });

  test.each([[121, 205.0], [134, 304.2]])(
    "S4 %s °C is %s kPa absolute",
    (temperature, pressure) => {
      expect(saturationKPa(temperature)).toBeCloseTo(pressure, 1);
      expect(saturationCel(pressure)).toBeCloseTo(temperature, 1);
      expect(offSaturationKelvin(temperature, pressure)).toBeCloseTo(0, 1);
    },
  );

  test("S4 back and forth gives the same temperature", () => {
    fc.assert(fc.property(fc.double({ min: 1, max: 370, noNaN: true }), (temperature) => {
      expect(saturationCel(saturationKPa(temperature) ?? NaN)).toBeCloseTo(temperature, 3);
    }));
  });

  test("S4 where there is no such steam there is no temperature", () => {
    for (const pressure of [NaN, -5, 0, 0.61, 22_065, Infinity]) {
      expect(saturationCel(pressure)).toBeNull();
      expect(offSaturationKelvin(134, pressure)).toBeNull();
    }
    for (const temperature of [NaN, -0.1, 373.95]) expect(saturationKPa(temperature)).toBeNull();
  });
});

describe("S4 pressures as devices tell them", () => {
  // ISO 2533, table 5 (hPa).
  test.each([[0, 101.325], [500, 95.461], [1000, 89.875], [2000, 79.495], [3000, 70.109], [
    4000,
    61.640,
  ]])("S4 at %s m the air has %s kPa", (altitude, published) => {
    expect(Math.abs(atmosphereKPa(altitude) - published)).toBeLessThan(0.01);
  });

  test("S4 gauge, absolute and vacuum of one chamber are one pressure", () => {
    const around = atmosphereKPa(0);
    expect(absoluteKPa(202.9, "kPa", "gauge", around)).toBeCloseTo(304.2, 1);
    expect(absoluteKPa(3.042, "bar", "absolute", around)).toBeCloseTo(304.2, 9);
    expect(absoluteKPa(0.2029, "MPa", "gauge", around)).toBeCloseTo(304.2, 1);
    expect(absoluteKPa(29.43, "psi", "gauge", around)).toBeCloseTo(304.2, 1);
    expect(absoluteKPa(26.46, "inHg", "vacuum", around)).toBeCloseTo(11.72, 2);
    expect(absoluteKPa(-0.9, "bar", "gauge", around)).toBeCloseTo(11.325, 9);
  });

  test("S4 a gauge that is read as at sea level is 4 K off at 3,650 m", () => {
    const told = 304.2 - atmosphereKPa(3650);
    const right = absoluteKPa(told, "kPa", "gauge", atmosphereKPa(3650));
    const wrong = absoluteKPa(told, "kPa", "gauge", atmosphereKPa(0));
    expect(offSaturationKelvin(134, right)).toBeCloseTo(0, 2);
    expect(offSaturationKelvin(134, wrong)).toBeCloseTo(-4, 0);
  });
});
