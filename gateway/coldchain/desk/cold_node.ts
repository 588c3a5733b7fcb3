/** What the desk of the cold chain needs of its node. */
import type { Text } from "../../../drivers/profile_parts.ts";
import type { NewEntry } from "../../../sync/append.ts";
import { newEntry, once } from "../../collected_entry.ts";
import type { Node } from "../../node.ts";
import { COLD_ROLE, type ColdchainConfig } from "../coldchain_config.ts";
import type { ColdKind } from "../life/event.ts";

export interface ColdNode extends Pick<Node, "journal" | "tables"> {
  readonly name: string;
  readonly title: Text;
  readonly clock: Pick<Node["clock"], "now">;
  readonly disk: Pick<Node["disk"], "append" | "noRoomFor">;
  readonly coldchain: ColdchainConfig;
}

/** What its alarms need beside: whom this node can tell by itself, and how. */
export interface AlarmNode extends ColdNode {
  readonly contacts: Node["config"]["notifications"]["contacts"];
  readonly channels: Node["config"]["notifications"]["channels"];
}

/** An entry of ours; the same id is written once, whoever makes it again. */
export function coldEntry(
  { clock }: Pick<ColdNode, "clock">,
  stream: "alarm" | "record" | "reading",
  kind: ColdKind,
  body: { readonly id: string },
): NewEntry {
  return once(newEntry(stream, kind, clock.now(), body), kind, body.id);
}

/** Contacts of which roles hear of a unit. */
export function rolesOf({ coldchain }: ColdNode, unit: string): readonly string[] {
  return coldchain.units.find(({ id }) => id === unit)?.roles ?? [COLD_ROLE];
}
