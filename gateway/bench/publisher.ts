/**
 * A load of MQTT 3.1.1 publishers at QoS 1, spoken byte by byte so that it costs little beside
 * what it measures. Takes a {@link Load} as JSON in its argument, prints a {@link LoadResult}.
 */
import * as z from "zod";

const load = z.object({
  port: z.number(),
  connections: z.number(),
  /** Messages of each connection that wait for their PUBACK. */
  inflight: z.number(),
  warmupSeconds: z.number(),
  seconds: z.number(),
  /** `{n}` stands for the number of the connection. */
  topic: z.string(),
  clientId: z.string(),
  username: z.string().nullable(),
  password: z.string().nullable(),
  payload: z.string(),
});
export type Load = z.infer<typeof load>;

export interface LoadResult {
  /** Acknowledged, a second. */
  readonly rate: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Acknowledged in all, warm-up included. */
  readonly acknowledged: number;
}

const ID_MAX = 65_535;

interface Tally {
  measuring: boolean;
  stopped: boolean;
  acknowledged: number;
  readonly latenciesMs: number[];
}

function text(value: string): number[] {
  const bytes = new TextEncoder().encode(value);
  return [bytes.length >> 8, bytes.length & 255, ...bytes];
}

function packet(first: number, body: readonly number[]): Uint8Array {
  const length: number[] = [];
  for (let rest = body.length;;) {
    const byte = rest % 128;
    rest = Math.floor(rest / 128);
    length.push(rest > 0 ? byte | 128 : byte);
    if (rest === 0) break;
  }
  return Uint8Array.from([first, ...length, ...body]);
}

function connectPacket(clientId: string, username: string | null, password: string | null) {
  const flags = 2 | (username === null ? 0 : 128) | (password === null ? 0 : 64);
  const login = [
    ...(username === null ? [] : text(username)),
    ...(password === null ? [] : text(password)),
  ];
  return packet(0x10, [...text("MQTT"), 4, flags, 0, 60, ...text(clientId), ...login]);
}

async function writeAll(connection: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}

async function publish(asked: Load, number: number, tally: Tally): Promise<void> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: asked.port });
  connection.setNoDelay(true);
  const named = (template: string) => template.replaceAll("{n}", String(number));
  const username = asked.username === null ? null : named(asked.username);
  await writeAll(connection, connectPacket(named(asked.clientId), username, asked.password));
  const buffer = new Uint8Array(64 << 10);
  const answered = await connection.read(buffer);
  if (answered === null || buffer[0] !== 0x20 || buffer[3] !== 0) throw new Error("not let in");
  const topic = text(named(asked.topic));
  const message = packet(0x32, [...topic, 0, 0, ...new TextEncoder().encode(asked.payload)]);
  const idAt = message.length - asked.payload.length - 2;
  const sentMs = new Float64Array(ID_MAX + 1);
  let id = 0;
  const send = async (count: number) => {
    const bytes = new Uint8Array(message.length * count);
    const now = performance.now();
    for (let index = 0; index < count; index++) {
      id = id === ID_MAX ? 1 : id + 1;
      sentMs[id] = now;
      bytes.set(message, index * message.length);
      bytes[index * message.length + idAt] = id >> 8;
      bytes[index * message.length + idAt + 1] = id & 255;
    }
    await writeAll(connection, bytes);
  };
  await send(asked.inflight);
  let held = 0;
  while (!tally.stopped) {
    const count = await connection.read(buffer.subarray(held));
    if (count === null) throw new Error("the connection was closed");
    held += count;
    const whole = held - held % 4;
    const now = performance.now();
    for (let at = 0; at < whole; at += 4) {
      if (buffer[at] !== 0x40) throw new Error(`not a PUBACK: ${buffer[at]}`);
      if (tally.measuring) {
        tally.latenciesMs.push(now - sentMs[(buffer[at + 2] << 8) | buffer[at + 3]]);
      }
    }
    tally.acknowledged += whole / 4;
    buffer.copyWithin(0, whole, held);
    held -= whole;
    if (whole > 0) await send(whole / 4);
  }
}

async function run(asked: Load): Promise<LoadResult> {
  const tally: Tally = { measuring: false, stopped: false, acknowledged: 0, latenciesMs: [] };
  const publishers = Array.from(
    { length: asked.connections },
    (_, number) =>
      publish(asked, number, tally).catch((error) => {
        if (!tally.stopped) throw error;
      }),
  );
  const wait = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const measured = (async () => {
    await wait(asked.warmupSeconds);
    tally.measuring = true;
    const from = performance.now();
    await wait(asked.seconds);
    tally.measuring = false;
    return (performance.now() - from) / 1000;
  })();
  const seconds = await Promise.race([measured, Promise.all(publishers).then(() => NaN)]);
  tally.stopped = true;
  const sorted = Float64Array.from(tally.latenciesMs).sort();
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return {
    rate: sorted.length / seconds,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    acknowledged: tally.acknowledged,
  };
}

if (import.meta.main) {
  const result = await run(load.parse(JSON.parse(Deno.args[0])));
  Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(result)}\n`));
  Deno.exit(0);
}
