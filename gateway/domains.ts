/** The one list of domains; tabs and pages stand in its order. */
import { blobs } from "./blobs/domain.ts";
import { devices } from "./devices/domain.ts";
import { coldchain } from "./coldchain/domain.ts";
import type { Domain } from "./domain.ts";
import { fleet } from "./fleet/domain.ts";
import { node } from "./node/domain.ts";
import { notifications } from "./notifications/domain.ts";
import { people } from "./people/domain.ts";
import { prescription } from "./prescription/domain.ts";
import { sterile } from "./sterile/domain.ts";
import { waste } from "./waste/domain.ts";
import { writes } from "./writes/domain.ts";

export const DOMAINS: readonly Domain[] = [
  node,
  devices,
  writes,
  fleet,
  prescription,
  waste,
  coldchain,
  sterile,
  notifications,
  blobs,
  people,
];
