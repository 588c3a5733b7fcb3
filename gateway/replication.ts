/** What all links of a node share: its lives, what it has lost, its share of the line. */
import { type OtherCentre, otherCentres } from "../sync/gaps.ts";
import type { LinkShared } from "../sync/link.ts";
import type { Link } from "../sync/link.ts";
import { OwnLives } from "../sync/own_lives.ts";
import { Pacer } from "../sync/pacing.ts";
import { systemTimer } from "../sync/timer.ts";
import { Wants } from "../sync/wants.ts";
import type { Node } from "./node.ts";

export interface Replication extends LinkShared {
  /** The links that are up or were, by centre. */
  readonly links: Map<string, Link>;
  /** What is known of the centres but one. */
  readonly others: (but: string) => OtherCentre[];
}

export function replicationOf({ config, journal, clock, log, losses }: Node): Replication {
  const nowMs = () => systemTimer.nowMs();
  const links = new Map<string, Link>();
  return {
    links,
    others: (but) => otherCentres(links, but, losses.lost),
    lives: new OwnLives({
      journal,
      stamp: () => clock.now(),
      timer: systemTimer,
      onEvent: (event) => {
        if (event.kind === "life") {
          log({ kind: "life", reason: event.reason, origin: event.origin });
        } else log(event);
      },
    }),
    wants: new Wants(nowMs),
    pacer: new Pacer(config.line, nowMs),
  };
}
