/** Print-outs in the layouts of real devices, with numbers of our own, as the box captures them. */
import { parse } from "yaml";
import { BOOT, RULES } from "./fixture_cycle.ts";
import { type Grammar, grammarSchema, textOf } from "./grammar.ts";
import { type CutLine, cutLines, NO_LINE } from "../../drivers/printer/line_cut.ts";
import { judgePrintout, type PrintedJudgement, type PrintedSetting } from "./printed_cycle.ts";
import { type CapturedLine, type Printout, printoutsIn } from "./printout.ts";
import { type Program, type Steriliser, steriliserSchema } from "./program.ts";

const FOLDER = new URL("./grammars/", import.meta.url);
const AROUND_KPA = 101.325;

export const GRAMMARS = [...Deno.readDirSync(FOLDER)]
  .flatMap(({ name }) => name.endsWith(".yaml") ? [name.slice(0, -5)] : []).sort();

export function grammarNamed(name: string): Grammar {
  return grammarSchema.parse(parse(Deno.readTextFileSync(new URL(`${name}.yaml`, FOLDER))));
}

export function exampleBytes(name: string): Uint8Array {
  return Deno.readFileSync(new URL(`examples/${name}.txt`, FOLDER));
}

interface Device {
  readonly serial: string;
  readonly program: Omit<Program, "id">;
  readonly previousCycle: number | null;
}

const LOADS: Program["loads"] = ["instruments"];

/** What the site says of each device. */
const DEVICES: Readonly<Record<string, Device>> = {
  "dac-universal": {
    serial: "700123",
    previousCycle: 217,
    program: {
      names: ["Universal/134?C/3min"],
      method: "prevacuum",
      setpointCel: 134,
      holdSeconds: 180,
      loads: LOADS,
      validated: { by: "检测机构", report: "2026-031", day: "2026-01-20" },
    },
  },
  "tuttnauer-elara": {
    serial: "20041187",
    previousCycle: 1206,
    program: {
      names: ["WRAPPED INSTU"],
      method: "prevacuum",
      setpointCel: 134,
      holdSeconds: 300,
      loads: LOADS,
    },
  },
  "panelview-batch": {
    serial: "CSSD1",
    previousCycle: 317,
    program: {
      names: ["Vacuum cycle, ramped  / INSTRUMENTS 134"],
      method: "prevacuum",
      setpointCel: 134,
      holdSeconds: 240,
      loads: LOADS,
    },
  },
  "prevac-blocks": {
    serial: "90417",
    previousCycle: null,
    program: {
      names: ["HIGHTEMP SHORT"],
      method: "prevacuum",
      setpointCel: 132,
      holdSeconds: 240,
      loads: LOADS,
    },
  },
};

export function settingOf(grammar: string): PrintedSetting {
  const { serial, program, previousCycle } = DEVICES[grammar];
  const steriliser: Steriliser = steriliserSchema.parse({
    id: grammar,
    serial,
    temperatures: ["chamber"],
    altitudeMetres: 0,
    programs: [{ id: "p", ...program }],
  });
  return { steriliser, load: "instruments", rules: RULES, previousCycle };
}

/** Lines of bytes, each captured when its printed time says, or with the line before it. */
export function capturedOf(grammar: Grammar, bytes: Uint8Array): CapturedLine[] {
  const { lines } = cutLines(NO_LINE, bytes);
  let bootMs = 0;
  return lines.map(({ bytes, tooLong }: CutLine, seq) => {
    const text = textOf(grammar, bytes) + (tooLong ? "…" : "");
    const [, hours, minutes, seconds] = /(\d\d):(\d\d):(\d\d)/.exec(text) ?? [];
    if (hours !== undefined) {
      bootMs = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
    }
    return { life: 1, seq, bootId: BOOT, bootMs, text };
  });
}

export function printoutsOf(grammar: Grammar, bytes: Uint8Array): Printout[] {
  return printoutsIn(grammar, capturedOf(grammar, bytes), AROUND_KPA);
}

export interface Printed {
  readonly printout: Printout;
  readonly judgement: PrintedJudgement;
}

export function judgedBytes(
  grammar: Grammar,
  bytes: Uint8Array,
  more: Partial<PrintedSetting> = {},
): Printed[] {
  const setting = { ...settingOf(grammar.grammar), ...more };
  return printoutsOf(grammar, bytes).map((printout) => ({
    printout,
    judgement: judgePrintout(grammar, printout, setting),
  }));
}
