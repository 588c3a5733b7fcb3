import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { sterileConfig } from "../sterile_config.ts";
import { STERILISER_YAML } from "./fixture_desk.ts";
import { setupsOf } from "./setup.ts";

const [first] = sterileConfig.parse(parse(STERILISER_YAML)).sterilisers;
const DEVICES = ["autoclave-1", "printer-1"].map((id) => ({ id, points: null }));
/** The same one, heard by its printer. */
const printed = { ...first, id: "S2", device: "printer-1", points: undefined };

function faultsOf(...sterilisers: readonly object[]): string[] {
  const config = sterileConfig.parse({ sterilisers });
  return setupsOf(config, DEVICES).faults.map(({ path, message }) => `${path.at(-1)}: ${message}`);
}

describe("S6 one steriliser is joined once, so that none of its cycles is two", () => {
  test("S6 by its serial number, though its registers and its printer are two devices", () => {
    const one = { ...first, serial: "20041187" };
    const other = { ...printed, grammar: "tuttnauer-elara", serial: "20041187" };
    expect(faultsOf(one, other)).toEqual([
      'serial: another one is the device "20041187" already; join it once',
    ]);
    expect(faultsOf(one, { ...other, serial: "20041188" })).toEqual([]);
  });

  test("S6 by its device, and with registers or a printer, not both", () => {
    expect(faultsOf(first, { ...first, id: "S2" })).toEqual([
      'device: another steriliser has the device "autoclave-1" already',
    ]);
    expect(faultsOf({ ...first, grammar: "tuttnauer-elara" })).toEqual([
      "points: want either points, of a device with registers, or grammar, of a printer",
    ]);
  });
});
