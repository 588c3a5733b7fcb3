/** Makes blocks of a batch of new entries, stream by stream. */
import { type AppendBatch, type AppendResult, CONFLICT, DUPLICATE } from "./append.ts";
import { BlockBuilder } from "./block.ts";
import type { Chain } from "./chain.ts";
import type { Block } from "./segments.ts";

/** `chain` gives the chain of a stream, which is walked on. */
export function appendBlocks(
  batch: AppendBatch,
  refusals: ReadonlyMap<number, "duplicate" | "conflict">,
  chain: (stream: string) => Chain,
): { readonly result: AppendResult; readonly blocks: ReadonlyMap<string, readonly Block[]> } {
  const count = batch.ends.length;
  const result = new Float64Array(count);
  const builders = new Map<string, BlockBuilder>();
  for (let item = 0; item < count; item++) {
    const refusal = refusals.get(item);
    if (refusal !== undefined) {
      result[item] = refusal === "duplicate" ? DUPLICATE : CONFLICT;
      continue;
    }
    const stream = batch.streams[batch.streamOf[item]];
    let builder = builders.get(stream);
    if (builder === undefined) {
      builder = new BlockBuilder(chain(stream), batch.contents, count);
      builders.set(stream, builder);
    }
    result[item] = builder.add(item === 0 ? 0 : batch.ends[item - 1], batch.ends[item]);
  }
  const blocks = new Map([...builders].map(([stream, builder]) => [stream, builder.blocks()]));
  return { result, blocks };
}
