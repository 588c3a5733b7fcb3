/** What somebody has to look into, as a node's status and its first page tell it. */
import type { Text } from "../drivers/profile_parts.ts";

export interface Concern {
  readonly title: Text;
  /** What was found, in English as errors are. */
  readonly reason: string;
}
