/** Connections check the key that they began with: another one needs them anew. */
import type { Registry } from "./fleet/registry.ts";

/** Runs with the key that a node has now, until it has another one or the signal aborts. */
export async function withKeyOf(
  registry: Pick<Registry, "member" | "changes">,
  node: string,
  signal: AbortSignal,
  run: (publicKey: string, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const publicKey = registry.member(node)?.publicKey;
  if (publicKey === undefined) return;
  const replaced = new AbortController();
  const either = AbortSignal.any([signal, replaced.signal]);
  const watching = (async () => {
    for await (const _ of registry.changes(either)) {
      if (registry.member(node)?.publicKey !== publicKey) replaced.abort();
    }
  })();
  try {
    await run(publicKey, either);
  } finally {
    replaced.abort();
    await watching;
  }
}
