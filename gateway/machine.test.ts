import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { TemporaryFolder } from "../sync/fixtures.ts";
import { readMachine } from "./machine.ts";

/** A machine made of these files, by their path from the root. */
function machine(files: Readonly<Record<string, string>>): string {
  using folder = new TemporaryFolder();
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder.path, path);
    Deno.mkdirSync(dirname(file), { recursive: true });
    Deno.writeTextFileSync(file, text);
  }
  return readMachine(folder.path);
}

const TREE = { "sys/firmware/devicetree/base/serial-number": "10000000abcd1234\0" };
const DMI = { "sys/class/dmi/id/product_uuid": "4C4C4544-0042-3510-8051-B4C04F4A5332\n" };
const BOARD = { "sys/class/dmi/id/board_serial": ".H5QZ.CN76.\n" };
const card = (name: string, address: string, assigned = "0") => ({
  [`sys/class/net/${name}/address`]: `${address}\n`,
  [`sys/class/net/${name}/addr_assign_type`]: `${assigned}\n`,
});
const real = (name: string) => ({ [`sys/class/net/${name}/device/vendor`]: "0x8086\n" });
const ETH = { ...card("eth0", "00:1b:21:aa:bb:cc"), ...real("eth0") };
const ID = { "etc/machine-id": "3d1219c7c4c5404aaa1f6d2a48adfda4\n" };

test("a machine is named by what a copy of its disk does not take along, as a hash", () => {
  expect(machine({ ...TREE, ...ETH, ...ID })).toMatch(/^[0-9a-f]{32}$/);
  expect(machine({ ...TREE, ...ETH, ...ID })).toBe(machine(TREE));
  expect(machine({ ...DMI, ...BOARD, ...ETH, ...ID })).toBe(machine(DMI));
  expect(machine({ ...BOARD, ...ETH, ...ID })).toBe(machine(BOARD));
  expect(machine({ ...ETH, ...ID })).toBe(machine(ETH));
  expect(machine(ID)).toMatch(/^[0-9a-f]{32}$/);
  expect(new Set([TREE, DMI, BOARD, ETH, ID].map(machine)).size).toBe(5);
});

const NAMELESS: readonly { what: string; files: Record<string, string> }[] = [
  { what: "nothing at all", files: {} },
  { what: "an empty serial number", files: { "sys/class/dmi/id/board_serial": "\n" } },
  {
    what: "a board that its maker did not number",
    files: { "sys/class/dmi/id/board_serial": "To be filled by O.E.M.\n" },
  },
  {
    what: "a number of zeros only",
    files: { "sys/class/dmi/id/product_uuid": "00000000-0000-0000-0000-000000000000\n" },
  },
  {
    what: "a virtual card",
    files: { ...card("docker0", "02:42:ac:11:00:02") },
  },
  {
    what: "a card whose address was made up at boot",
    files: { ...card("eth0", "5a:42:ac:11:00:02", "1"), ...real("eth0") },
  },
];

test.each(NAMELESS)("$what names no machine", ({ files }) => {
  expect(machine(files)).toBe("");
  expect(machine({ ...files, ...ID })).toBe(machine(ID));
});

test("this machine has a name, and the same each time", () => {
  expect(readMachine()).toBe(readMachine());
});
