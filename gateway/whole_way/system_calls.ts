/** The system calls of a node, in the order in which the kernel saw them: strace's word on it. */
import { until } from "../../sync/fixtures.ts";
import { tool } from "../../drivers/fixtures.ts";

/** One call of one thread. */
export interface SystemCall {
  readonly name: string;
  /** What its file descriptor stands for: a path, or a connection as `TCP:[OWN->OTHER]`. */
  readonly target: string;
  /** What it wrote or read; the beginning of it where it is too long for the trace. */
  readonly bytes: Uint8Array;
  readonly cut: boolean;
  readonly result: number;
  /** Places in the trace: whatever left before another entered was over before that began. */
  readonly entered: number;
  readonly left: number;
}

/** What goes to connections and files, and what makes it durable. */
const TRACED = [
  "recvfrom",
  "recvmsg",
  "sendto",
  "sendmsg",
  "writev",
  "pwrite64",
  "pwritev",
  "fsync",
  "fdatasync",
];
/** Longer strings are cut short: many messages, and more than the headers of a request. */
const STRING_BYTES_MAX = 16_384;

/** A command line that starts a program, and writes what it asks the kernel for to a file. */
export function tracedTo(file: string): string[] {
  const options = [
    // The program keeps its place as our child: it is the tracer that stands aside.
    "-D",
    "-f",
    "-q",
    "--seccomp-bpf",
    "-yy",
    "-xx",
    "-s",
    String(STRING_BYTES_MAX),
    "-e",
    `trace=${TRACED.join(",")}`,
    "-e",
    "signal=none",
  ];
  return [tool("strace", "strace"), ...options, "-o", file];
}

/** What is traced waits for the tracer at each call, so that there is something left to write. */
const TRACED_WITHIN_MS = 60_000;

/** The whole trace of a process that has ended. */
export async function readTrace(file: string, pid: number): Promise<SystemCall[]> {
  let text = "";
  await until("the tracer has written all", () => {
    text = Deno.readTextFileSync(file);
    return text.includes(`\n${pid} +++ `);
  }, TRACED_WITHIN_MS);
  return parseTrace(text);
}

const WHOLE = /^(\d+)\s+(\w+)\((.*)\)\s+= (-?\d+)/;
const ENTERED = /^(\d+)\s+(\w+)\((.*?)\s*<unfinished \.\.\.>$/;
const LEFT = /^(\d+)\s+<\.\.\. (\w+) resumed>(.*)\)\s+= (-?\d+)/;

export function parseTrace(text: string): SystemCall[] {
  const calls: SystemCall[] = [];
  const under = new Map<string, { readonly given: string; readonly entered: number }>();
  for (const [index, line] of text.split("\n").entries()) {
    const entering = ENTERED.exec(line);
    if (entering !== null) {
      const [, thread, , given] = entering;
      under.set(thread, { given, entered: index });
      continue;
    }
    const [, thread, name, given, result] = WHOLE.exec(line) ?? LEFT.exec(line) ?? [];
    if (thread === undefined) continue;
    const before = under.get(thread);
    under.delete(thread);
    const parameters = (before?.given ?? "") + given;
    calls.push({
      name,
      target: latin1(/^\d+<(.*?)>(?=,|$)/.exec(parameters)?.[1] ?? ""),
      bytes: bytesOf(parameters).subarray(0, Math.max(0, Number(result))),
      cut: parameters.includes('"...'),
      result: Number(result),
      entered: before?.entered ?? index,
      left: index,
    });
  }
  return calls;
}

/** All strings of the call, one behind the other: a vector has several. */
function bytesOf(parameters: string): Uint8Array {
  const strings = parameters.match(/"[^"]*"/g) ?? [];
  return Uint8Array.fromHex(strings.join("").replaceAll(/["]|\\x/g, ""));
}

function latin1(text: string): string {
  return text.replaceAll(/\\x(..)/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
}

/** A commit of the journal, as the disk sees it. */
export interface Commit {
  /** When the first page of it was written … */
  readonly entered: number;
  /** … and when the disk had all of it. */
  readonly durable: number;
}

/** Commits to write-ahead logs of the journal: pages that are written, and then synced. */
export function commitsOf(calls: readonly SystemCall[]): Commit[] {
  const commits: Commit[] = [];
  const unsynced = new Map<string, number>();
  for (const { name, target, result, entered, left } of calls.toSorted(byEntry)) {
    if (!/\/journal\/[^/]*-wal$/.test(target)) continue;
    if (name.startsWith("pwrite")) {
      if (!unsynced.has(target)) unsynced.set(target, entered);
      continue;
    }
    const from = unsynced.get(target);
    if (result !== 0 || from === undefined) continue;
    commits.push({ entered: from, durable: left });
    unsynced.delete(target);
  }
  return commits;
}

function byEntry(a: SystemCall, b: SystemCall): number {
  return a.entered - b.entered;
}

/** A request and its answer, on one connection. */
export interface Exchange {
  /** When the last of the request had come. */
  readonly came: number;
  /** When the first of the answer began to leave. */
  readonly answered: number;
}

/** Answers that left though no commit had begun and become durable since their request came. */
export function tooEarly(exchanges: readonly Exchange[], commits: readonly Commit[]): Exchange[] {
  return exchanges.filter(({ came, answered }) =>
    !commits.some(({ entered, durable }) => entered > came && durable < answered)
  );
}

/** QoS 1 messages that came to this port, and their PUBACKs, by packet identifier. */
export function acknowledgements(calls: readonly SystemCall[], port: number): Exchange[] {
  const exchanges: Exchange[] = [];
  for (const own of connectionsOf(calls, port)) {
    const waiting = new Map<number, number>();
    const [received, sent] = [new Packets(), new Packets()];
    for (const { name, bytes, cut, entered, left } of own) {
      if (cut) throw new Error("The trace cut a message short");
      if (name.startsWith("recv")) {
        for (const { type, body } of received.take(bytes)) {
          // PUBLISH with QoS 1: the identifier follows the topic.
          if ((type & 0xf6) === 0x32) waiting.set(u16(body, 2 + u16(body, 0)), left);
        }
        continue;
      }
      for (const { type, body } of sent.take(bytes)) {
        if (type !== 0x40) continue;
        const came = waiting.get(u16(body, 0));
        if (came === undefined) throw new Error("A PUBACK for a message that did not come");
        waiting.delete(u16(body, 0));
        exchanges.push({ came, answered: entered });
      }
    }
  }
  return exchanges;
}

/** Requests that this port was sent at the path, and that it answered with 200. */
export function answers(calls: readonly SystemCall[], port: number, path: string): Exchange[] {
  const exchanges: Exchange[] = [];
  for (const own of connectionsOf(calls, port)) {
    let came: number | null = null;
    for (const { name, bytes, entered, left } of own) {
      const begin = new TextDecoder("latin1").decode(bytes.subarray(0, 200));
      if (name.startsWith("recv")) {
        if (/^[A-Z]+ \//.test(begin)) came = begin.startsWith(`POST ${path} `) ? left : null;
        else if (came !== null && bytes.length > 0) came = left;
      } else if (came !== null && begin.startsWith("HTTP/1.1 ")) {
        if (begin.startsWith("HTTP/1.1 200 ")) exchanges.push({ came, answered: entered });
        came = null;
      }
    }
  }
  return exchanges;
}

/** What went over each connection to this port, in order. */
function connectionsOf(calls: readonly SystemCall[], port: number): SystemCall[][] {
  const own = calls.filter(({ name, target, result }) =>
    /^(recv|send|writev)/.test(name) && target.startsWith(`TCP:[127.0.0.1:${port}->`) && result > 0
  );
  return [...Map.groupBy(own.sort(byEntry), ({ target }) => target).values()];
}

interface Packet {
  readonly type: number;
  readonly body: Uint8Array;
}

/** Control packets of MQTT (3.1.1, 2.2) in one direction of a connection. */
class Packets {
  #held = new Uint8Array();

  /** Packets that are whole with these bytes. */
  *take(bytes: Uint8Array): Generator<Packet> {
    this.#held = new Uint8Array([...this.#held, ...bytes]);
    for (;;) {
      let [length, at] = [0, 1];
      for (let shift = 0;; shift += 7) {
        if (at >= this.#held.length) return;
        const next = this.#held[at++];
        length += (next & 0x7f) << shift;
        if (next < 0x80) break;
      }
      if (this.#held.length < at + length) return;
      yield { type: this.#held[0], body: this.#held.slice(at, at + length) };
      this.#held = this.#held.slice(at + length);
    }
  }
}

function u16(bytes: Uint8Array, at: number): number {
  return (bytes[at] << 8) | bytes[at + 1];
}
