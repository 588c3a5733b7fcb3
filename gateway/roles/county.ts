/** A county: receives from sites, and keeps the other centre equal. */
import { randomBytes } from "node:crypto";
import { Nonces } from "../../sync/nonces.ts";
import { type SyncEvent, syncRoutes } from "../../sync/routes.ts";
import { blobRoutes } from "../../sync/blobs/blob_routes.ts";
import { pause } from "../../sync/timer.ts";
import type { TwinSighting } from "../../sync/twins.ts";
import { centresOf } from "../centres.ts";
import type { CountyConfig } from "../config.ts";
import { daysOf } from "../fleet/day_tables.ts";
import { enrolmentRoute } from "../fleet/enrolment.ts";
import { tellTwins } from "../fleet/twins.ts";
import type { Node } from "../node.ts";
import { replicationOf } from "../replication.ts";
import type { Role } from "./role.ts";

/** How long to wait before an alarm that could not be written is tried again. */
const AGAIN_MS = 5000;

/** With `signal` whoever waits for entries is answered, so that it can stop. */
export function countyRole(node: Node, config: CountyConfig, signal: AbortSignal): Role {
  const { journal, keystore, registry, losses, tables, clock, log } = node;
  const replication = replicationOf(node);
  const peers = config.peer === undefined ? [] : [config.peer];
  const centres = centresOf(node, peers, replication);
  const routes = syncRoutes({
    journal,
    node: config.node,
    key: keystore.key,
    nonces: new Nonces(randomBytes(32), () => performance.now()),
    member: (name) => registry.member(name),
    stamp: () => clock.now(),
    days: async (of, after, limit) => {
      await tables.caughtUp(journal);
      return await daysOf(tables, of, after, limit);
    },
    onEvent: (event) => {
      if (event.kind === "asked-again") {
        return centres.links.find(({ centre }) => centre === event.node)?.askAgain();
      }
      if (event.kind === "twins") sayTwins(node, event, signal);
      count(node, event);
    },
    signal,
    ...blobRoutesOf(node),
  });
  const { node: name } = config;
  const desk = { node: name, key: keystore.key, journal, tables, registry, losses, clock, log };
  const enrolment = enrolmentRoute(desk);
  return {
    collector: null,
    recallComputed: null,
    silence: null,
    sources: [],
    supervisors: [],
    writer: null,
    ...centres,
    replication,
    sync: (request, remote) => {
      const { pathname } = new URL(request.url);
      const asked = pathname === "/sync/enrolment" && request.method === "POST";
      return asked ? enrolment(request) : routes(request, remote);
    },
  };
}

function blobRoutesOf({ blobs: store, arrivals, keystore, registry }: Node) {
  if (arrivals === null) return {};
  const roleOf = (name: string) => registry.member(name)?.role;
  return { more: blobRoutes({ store, arrivals, key: keystore.key, roleOf }) };
}

/** It is told once only: what keeps the journal from taking it is waited for. */
async function sayTwins(node: Node, sighting: TwinSighting, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await tellTwins(node, sighting);
      return;
    } catch (error) {
      node.log({ kind: "failed", error: String(error), stack: undefined });
      await pause(AGAIN_MS, signal);
    }
  }
}

function count({ counters, log }: Node, event: Exclude<SyncEvent, { kind: "asked-again" }>): void {
  switch (event.kind) {
    case "received":
      return counters.add("tributary_received_entries_total", { from: event.node }, event.entries);
    case "refused": {
      const { code, node: from } = event;
      counters.add("tributary_sync_refused_total", { code });
      return log({ kind: "sync-refused", from, code });
    }
    case "run-refused": {
      const { node: from, origin, stream, reason } = event;
      counters.add("tributary_runs_refused_total", { from });
      return log({ kind: "run-refused", from, origin, stream, reason });
    }
    case "twins":
      counters.add("tributary_twins_total", { node: event.node });
      return log(event);
    case "gap": {
      const { node: from, ...gap } = event;
      return log({ ...gap, from });
    }
  }
}
