/**
 * Text exports of Berlinger Fridge-tag 2, 2 L and Ultra Low, and of Q-tag CLm. There is no public
 * specification: the form is that of exports which the open parsers of mSupply and of a DHIS2
 * importer publish with their tests. The signature at the end is not checked.
 */
import type { AlarmRule } from "../rules/alarm_rule.ts";
import { indentedText, part, type TextNode, value } from "./indented_text.ts";
import type { LoggerAlarm, LoggerDay, LoggerFile, LoggerRow } from "./logger_record.ts";

const SOURCE = "Setting of the logger, as its export says";

/** Whether a text looks like one, by its first line. */
export function isBerlingerFile(text: string): boolean {
  return /^\uFEFF?Device: (Q-tag|Fridge-tag)/.test(text);
}

export function berlingerFile(text: string): LoggerFile {
  const read = indentedText(text);
  if (read.kind === "faulty") return { kind: "faulty", faults: [read.fault] };
  return new BerlingerReader(read.root).file();
}

class BerlingerReader {
  readonly #root: TextNode;
  readonly #faults: string[] = [];

  constructor(root: TextNode) {
    this.#root = root;
  }

  file(): LoggerFile {
    const conf = part(this.#root, "Conf");
    const history = part(this.#root, "Hist");
    const result = part(this.#root, "Res");
    const serial = value(conf, "Serial");
    if (serial === undefined || (history ?? result) === undefined) {
      const lacks = serial === undefined ? "Serial below Conf" : "Hist or Res";
      return { kind: "faulty", faults: [`it has no ${lacks}; export it from the logger again`] };
    }
    const unit = value(conf, "Temp unit");
    if (unit !== undefined && unit !== "C") {
      this.#faults.push(`Temp unit is "${unit}"; set the logger to °C, nothing is converted here`);
    }
    const rules = history === undefined ? this.#journeyRules(conf) : this.#dayRules(conf);
    const rows = this.#rows();
    const record = {
      device: value(this.#root, "Device") ?? "",
      serial,
      firmware: value(this.#root, "Fw Vers") ?? null,
      from: this.#time(value(history, "TS Actv") ?? value(result, "TS Start")),
      to: this.#time(value(history, "TS Report Creation") ?? value(result, "TS Stop")),
      rules,
      intervalMinutes: this.#number(value(conf, "Logging Interval")),
      days: (history?.children ?? []).filter(({ fields }) => /^\d+$/.test(fields[0][0]))
        .flatMap((day) => this.#day(day)).reverse(),
      alarms: result === undefined ? [] : this.#alarms(result, rules),
      journey: result === undefined ? null : {
        min: this.#number(value(result, "Min T")),
        max: this.#number(value(result, "Max T")),
        mean: this.#number(value(result, "Avrg T")),
        mkt: this.#number(value(result, "MKT")),
        activationKjMol: this.#number(value(conf, "MKT Energy")),
      },
      errors: (part(this.#root, "Errors")?.children ?? []).map((error) =>
        `error ${error.fields[0][0]}: ${error.children.map(written).join("; ")}`
      ),
    };
    return this.#faults.length > 0
      ? { kind: "faulty", faults: this.#faults }
      : { kind: "record", record, rows };
  }

  /**
   * 0 is the lower limit, 1 the upper one. That the upper limit itself is in range its rows show;
   * -0.5 °C is out of range by WHO PQS E006/TR06, of other lower limits nothing is known.
   */
  #dayRules(conf: TextNode | undefined): AlarmRule[] {
    const alarm = part(conf, "Alarm");
    return (["below", "above"] as const).flatMap((side, index) => {
      const node = part(alarm, String(index));
      const limit = this.#number(value(node, "T AL"));
      const hold = this.#number(value(node, "t AL"));
      if (limit === null || hold === null) return [];
      const isFreezing = side === "below" && limit === -0.5;
      return [ruleOf(`logger-${side}`, side, limit, "single", hold, isFreezing)];
    });
  }

  /** Types: 1 and 2 single below and above, 3 and 4 cumulative. */
  #journeyRules(conf: TextNode | undefined): AlarmRule[] {
    return (part(conf, "Alarm")?.children ?? []).flatMap((node) => {
      const type = this.#number(value(node, "Type"));
      const limit = this.#number(value(node, "T AL"));
      const hold = this.#number(value(node, "t AL"));
      if (type === null || type < 1 || type > 4 || limit === null || hold === null) return [];
      const side = type % 2 === 1 ? "below" : "above";
      const counting = type <= 2 ? "single" : "cumulative";
      return [ruleOf(`logger-${node.fields[0][0]}`, side, limit, counting, hold, false)];
    });
  }

  #day(node: TextNode): LoggerDay[] {
    const date = value(node, "Date");
    if (date === undefined || !/^\d{4}-\d{2}-\d{2}$/.test(date)) {
      this.#faults.push(`line ${node.line}, Date: "${date ?? ""}" is no day as 2026-11-29`);
      return [];
    }
    const at = (text: string | undefined) => this.#time(text, date);
    const alarm = part(node, "Alarm");
    const side = (key: string) => ({
      minutes: this.#number(value(part(alarm, key), "t Acc")),
      alarm: at(value(part(alarm, key), "TS A")),
    });
    const timeouts = ["Int Sensor timeout", "Ext Sensor timeout"].flatMap((key) =>
      this.#number(value(part(node, key), "t AccST")) ?? []
    );
    const checked = part(node, "Checked");
    return [{
      date,
      min: this.#number(value(node, "Min T")),
      minAt: at(value(node, "TS Min T")),
      max: this.#number(value(node, "Max T")),
      maxAt: at(value(node, "TS Max T")),
      mean: this.#number(value(node, "Avrg T")),
      faultMinutes: timeouts.length === 0 ? null : Math.max(...timeouts),
      below: side("0"),
      above: side("1"),
      checked: ["TS AM", "TS PM"].flatMap((key) => at(value(checked, key)) ?? []),
    }];
  }

  #alarms(result: TextNode, rules: readonly AlarmRule[]): LoggerAlarm[] {
    return (part(result, "Alarm")?.children ?? []).flatMap(({ fields, children }) => {
      const rule = `logger-${fields[0][0]}`;
      if (!rules.some(({ id }) => id === rule)) return [];
      return children.flatMap((event): LoggerAlarm[] => {
        const since = this.#time(value(event, "TS S"));
        if (since === null) return [];
        return [{
          rule,
          since,
          minutes: this.#number(value(event, "t A")),
          alarm: this.#time(value(event, "TS A")),
          ended: this.#time(value(event, "TS E")),
          worst: this.#number(value(event, "T M")),
        }];
      });
    });
  }

  #rows(): LoggerRow[] {
    return (part(this.#root, "Data")?.rows ?? []).flatMap(({ line, cells }, index) => {
      const [written, celsius = "", mark = ""] = cells;
      const time = this.#time(written);
      // The first one has the names of the columns.
      if (index === 0 && time === null) return [];
      if (time === null) this.#faults.push(`line ${line}, time: "${written}" is none`);
      return time === null ? [] : [{ time, celsius: this.#number(celsius), isOut: mark === "x" }];
    });
  }

  /** `null` where nothing was written, or dashes in its place. */
  #number(text: string | undefined): number | null {
    if (text === undefined || text === "" || /^-*\.?-*$/.test(text)) return null;
    const found = Number(text);
    if (Number.isFinite(found)) return found;
    this.#faults.push(`"${text}" is no number`);
    return null;
  }

  /** `08:00` of a day, or `2026-11-29 08:00`. */
  #time(text: string | undefined, date?: string): string | null {
    const [, day = date, time] = /^(?:(\d{4}-\d{2}-\d{2})[ T])?(\d{2}:\d{2})/.exec(text ?? "") ??
      [];
    return day === undefined || time === undefined ? null : `${day}T${time}`;
  }
}

function ruleOf(
  id: string,
  side: AlarmRule["side"],
  limitCelsius: number,
  counting: AlarmRule["counting"],
  holdMinutes: number,
  isInclusive: boolean,
): AlarmRule {
  return {
    id,
    side,
    limitCelsius,
    comparison: isInclusive ? "inclusive" : "exclusive",
    counting,
    holdMinutes,
    overMidnight: true,
    level: 1,
    source: SOURCE,
    effective: "1970-01-01",
    unconfirmed: false,
  };
}

function written({ fields }: TextNode): string {
  return fields.map(([key, text]) => `${key}: ${text}`).join(", ");
}
