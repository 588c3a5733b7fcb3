/** What of a node the desk of sterile supply needs. */
import type { Text } from "../../../drivers/profile_parts.ts";
import type { Journal } from "../../../sync/journal.ts";
import type { Node } from "../../node.ts";
import type { QueryTables } from "../../tables.ts";

export interface SterileNode {
  readonly name: string;
  readonly title: Text;
  readonly dataDir: string;
  /** Nodes of the county that sterilise for it, as far as it is told. */
  readonly suppliers: readonly string[];
  readonly clock: Pick<Node["clock"], "now">;
  readonly disk: Pick<Node["disk"], "append" | "noRoomFor">;
  readonly journal: Pick<Journal, "positions" | "read" | "changes">;
  readonly tables: Pick<QueryTables, "rows" | "caughtUp" | "changes">;
}
