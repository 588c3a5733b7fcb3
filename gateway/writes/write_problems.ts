/** Why a write was not sent, or is not what it was meant to be, for whoever asked for it. */
import type { Preparation } from "../../drivers/mod.ts";
import type { Problem } from "../../sync/problem.ts";
import type { SiteConfig } from "../config.ts";
import type { WriteView } from "./device_writes.ts";

/** Of a name that came from outside, so much is repeated. */
const NAME_MAX = 100;

export const STARTING: Problem = {
  status: 503,
  code: "starting",
  title: "Nothing was sent: the node looks after writes of its last run first",
  hint: "try again in a moment",
};

export function noSuchDevice(device: string, all: readonly string[]): Problem {
  return {
    status: 404,
    code: "no-such-device",
    title: "This node has no such device",
    detail: `there is no "${device.slice(0, NAME_MAX)}"`,
    hint: all.length === 0 ? "configure one under sources" : `it has ${all.join(", ")}`,
  };
}

export function otherProtocol(device: string, driver: string): Problem {
  return {
    status: 404,
    code: "not-writable",
    title: "Only Modbus devices can be written to",
    detail: `"${device}" is on a line of ${driver}`,
  };
}

export function underWay(device: string): Problem {
  return {
    status: 409,
    code: "write-under-way",
    title: "Nothing was sent: another write to this device is under way",
    detail: `"${device}" is written one at a time`,
    hint: "wait until it is over; GET lists it with what became of it",
  };
}

export function tooSoon(device: string, waitMs: number): Problem {
  return {
    status: 429,
    code: "too-soon",
    title: "Nothing was sent: this device was written to a moment ago",
    detail: `"${device}" may be written again in ${Math.ceil(waitMs / 1000)} s`,
    hint: "writeIntervalSeconds of the device is what has to lie in between",
  };
}

export function idUsed(id: string): Problem {
  return {
    status: 422,
    code: "id-used",
    title: "Nothing was sent: this id names another write",
    detail: `"${id}" was used before`,
    hint: "give each write an id of its own",
  };
}

type NotPrepared = Exclude<Preparation, { kind: "prepared" }>;

export function notPrepared(
  found: NotPrepared,
  { device, point }: { readonly device: string; readonly point: string },
  config: SiteConfig,
): Problem {
  const named = `"${point.slice(0, NAME_MAX)}" of "${device}"`;
  switch (found.kind) {
    case "not-writable":
      return {
        status: 404,
        code: "not-writable",
        title: "This point cannot be written",
        detail: `${named}: ${found.reason}`,
      };
    case "not-permitted":
      return {
        status: 403,
        code: "not-permitted",
        title: "The configuration does not permit to write this point",
        detail: `${settingOf(config, device)} does not name "${point}"`,
        hint: "who answers for the device adds it there, and restarts the node",
      };
    case "bad-value":
      return {
        status: 422,
        code: "bad-value",
        title: "This value may not be written",
        detail: `${named}: ${found.reason}`,
      };
    case "unreachable":
      return {
        status: 503,
        code: "unreachable",
        title: "Nothing was sent: what the device holds now cannot be read",
        detail: `${named}: ${found.reason}`,
        hint: "what cannot be read back is not written; see what `tributary status` says of it",
      };
  }
}

/** `sources[0].settings.devices[2].writes`. */
function settingOf(config: SiteConfig, device: string): string {
  for (const [index, source] of config.sources.entries()) {
    if (source.driver !== "modbus") continue;
    const at = source.settings.devices.findIndex(({ id }) => id === device);
    if (at >= 0) return `sources[${index}].settings.devices[${at}].writes`;
  }
  return "writes";
}

/** `null` for a write that is confirmed. */
export function outcomeProblem(write: WriteView): Problem | null {
  const found = OUTCOMES[write.state];
  if (found === null) return null;
  const { device, point, from, to, unit, readBack, detail } = write;
  const now = readBack === null ? "" : `, it holds ${valueText(readBack, unit)} now`;
  const told = `${point} of ${device} from ${valueText(from, unit)} to ${valueText(to, unit)}`;
  return { ...found, detail: `${told}${now}${detail === null ? "" : `: ${detail}`}` };
}

export function valueText(value: WriteView["from"], unit: string): string {
  if (value === null) return "no value";
  return unit === "" || unit === "1" ? String(value) : `${value} ${unit}`;
}

const OUTCOMES: Record<WriteView["state"], Omit<Problem, "detail"> | null> = {
  confirmed: null,
  "under-way": {
    status: 409,
    code: "write-under-way",
    title: "This write is under way",
    hint: "ask again with the same id",
  },
  refused: { status: 422, code: "write-refused", title: "The device refused the write" },
  otherwise: {
    status: 409,
    code: "write-otherwise",
    title: "The device took the write, and holds another value",
    hint: "look at the device: it may limit or round what it is told",
  },
  unknown: {
    status: 504,
    code: "write-unknown",
    title: "Nobody knows whether the write was done",
    hint: "look at the device before you write again; nothing is repeated by itself",
  },
  "not-sent": {
    status: 503,
    code: "write-not-sent",
    title: "The write was not sent",
    hint: "write it again, with a new id",
  },
};
