/** Broker and journal alone: Aedes, each publish appended as it came, acknowledged after commit. */
import { Aedes } from "aedes";
import type { Item, Outcome } from "../../drivers/driver.ts";
import { Gatherer } from "../../drivers/gatherer.ts";
import type { Append } from "../../sync/append.ts";
import { openJournal } from "../../sync/journal.ts";
import { QuietEmitter } from "../../drivers/mqtt/quiet_emitter.ts";
import { SessionStore } from "../../drivers/mqtt/session_store.ts";
import { MqttConnection } from "../../drivers/mqtt/connection.ts";
import { SystemClock } from "../clock.ts";

const [portText, directory] = Deno.args;
const clock = new SystemClock();
const journal = await openJournal({
  directory,
  node: "bench",
  hashName: "sha256",
  segmentBytesMax: 64 << 20,
  stamp: clock.now(),
});
const gatherer = new Gatherer();
const broker = await Aedes.createBroker({
  mq: new QuietEmitter(100),
  persistence: new SessionStore({ retainedMax: 100, queuedMax: 100 }, () => Promise.resolve()),
  authorizePublish: (_client, packet, done) => {
    const bytes = typeof packet.payload === "string"
      ? new TextEncoder().encode(packet.payload)
      : packet.payload;
    const receivedMs = performance.now();
    const item: Item = {
      kind: "unreadable",
      device: packet.topic,
      address: packet.topic,
      bytes,
      reason: "",
      receivedMs,
      identity: null,
      possibleDuplicate: false,
    };
    gatherer.put(item, () => done());
  },
});
const listener = Deno.listen({ hostname: "127.0.0.1", port: Number(portText) });
(async () => {
  for await (const socket of listener) {
    socket.setNoDelay(true);
    broker.handle(new MqttConnection(socket, 1 << 20, () => {}));
  }
})();

const decoder = new TextDecoder();
const stop = new AbortController();
Deno.addSignalListener("SIGTERM", () => stop.abort());
const run = gatherer.run(stop.signal);
let outcomes: Outcome[] = [];
for (;;) {
  const { done, value } = await run.next(outcomes);
  if (done) break;
  const stamp = clock.now();
  await journal.append(
    value.map((item): Append => ({
      kind: "entry",
      stream: "reading",
      entryKind: "raw",
      time: stamp,
      body: item.kind === "unreadable" ? decoder.decode(item.bytes) : "",
    })),
    stamp,
  );
  outcomes = value.map(() => ({ kind: "stored" }));
}
await journal.close();
Deno.exit(0);
