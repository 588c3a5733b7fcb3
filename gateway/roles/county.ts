/** A county: receives from sites, and keeps the other centre equal. */
import { randomBytes } from "node:crypto";
import { Nonces } from "../../sync/nonces.ts";
import { type SyncEvent, syncRoutes } from "../../sync/routes.ts";
import { blobRoutes } from "../../sync/blobs/blob_routes.ts";
import { centresOf } from "../centres.ts";
import type { CountyConfig } from "../config.ts";
import { enrolmentRoute } from "../fleet/enrolment.ts";
import type { Node } from "../node.ts";
import { replicationOf } from "../replication.ts";
import type { Role } from "./role.ts";

/** With `signal` whoever waits for entries is answered, so that it can stop. */
export function countyRole(node: Node, config: CountyConfig, signal: AbortSignal): Role {
  const { journal, keystore, registry, tables, clock, log } = node;
  const routes = syncRoutes({
    journal,
    node: config.node,
    key: keystore.key,
    nonces: new Nonces(randomBytes(32), () => performance.now()),
    member: (name) => registry.member(name),
    stamp: () => clock.now(),
    signal,
    onEvent: (event) => count(node, event),
    ...blobRoutesOf(node),
  });
  const { node: name } = config;
  const desk = { node: name, key: keystore.key, journal, tables, registry, clock, log };
  const enrolment = enrolmentRoute(desk);
  const replication = replicationOf(node);
  return {
    collector: null,
    supervisors: [],
    ...centresOf(node, config.peer === undefined ? [] : [config.peer], replication),
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

function count({ counters, log }: Node, event: SyncEvent): void {
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
      return log(event);
    case "gap": {
      const { node: from, ...gap } = event;
      return log({ ...gap, from });
    }
  }
}
