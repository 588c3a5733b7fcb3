/** What tells this machine from another one that runs on a copy of its disk. */
import { createHash } from "node:crypto";
import { join } from "node:path";

/** Numbers that a maker writes into boards that have none. */
const PLACEHOLDER =
  /^(|0+|f+|none|default.*|to be filled.*|not (specified|available|applicable)|system.*)$/i;

/** `addr_assign_type` of an address that the card itself has: linux/netdevice.h, NET_ADDR_PERM. */
const PERMANENT = "0";

/**
 * Names this hardware, as 32 hexadecimal digits: a hash, so that no serial number leaves the box.
 * The first that is there counts: the device tree's serial number (ARM boards), DMI's product or
 * board number (PCs, virtual machines), the address of the first network card that is no virtual
 * one, and else `/etc/machine-id`, which a cloned card copies. `root` is where the files are
 * looked for. Empty where nothing is found.
 */
export function readMachine(root = "/"): string {
  const found = deviceTree(root) ?? dmi(root) ?? networkCard(root) ?? machineId(root);
  return found === null ? "" : createHash("sha256").update(found).digest("hex").slice(0, 32);
}

function deviceTree(root: string): string | null {
  return named("device-tree", read(root, "sys/firmware/devicetree/base/serial-number"));
}

function dmi(root: string): string | null {
  const product = read(root, "sys/class/dmi/id/product_uuid");
  const board = read(root, "sys/class/dmi/id/board_serial");
  return named("dmi-product", product) ?? named("dmi-board", board);
}

function networkCard(root: string): string | null {
  const folder = join(root, "sys/class/net");
  for (const card of names(folder)) {
    // A virtual one (a bridge, a tunnel) has no device behind it.
    if (!exists(join(folder, card, "device"))) continue;
    if (read(folder, card, "addr_assign_type") !== PERMANENT) continue;
    const address = read(folder, card, "address").replaceAll(":", "");
    const found = named("network", address);
    if (found !== null) return found;
  }
  return null;
}

function machineId(root: string): string | null {
  return named("machine-id", read(root, "etc/machine-id"));
}

/** What kind of number it is stands before it; `null` for one that says nothing. */
function named(kind: string, value: string): string | null {
  return PLACEHOLDER.test(value.replaceAll("-", "")) ? null : `${kind} ${value.toLowerCase()}`;
}

/** What cannot be read is not there: some of these files are for root only. */
function read(...parts: string[]): string {
  try {
    return Deno.readTextFileSync(join(...parts)).replaceAll("\0", "").trim();
  } catch {
    return "";
  }
}

function names(folder: string): string[] {
  try {
    return Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
  } catch {
    return [];
  }
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
