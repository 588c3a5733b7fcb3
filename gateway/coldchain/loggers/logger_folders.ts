/** Folders of a site into which loggers' files are dropped: watched as lines to devices are. */
import type { FileItem, Outcome, Run } from "../../../drivers/driver.ts";
import { file as fileDriver } from "../../../drivers/file/file.ts";
import { fileSettings } from "../../../drivers/file/settings.ts";
import type { Concern } from "../../concern.ts";
import { isDiskFailure } from "../../disk_failure.ts";
import type { Node } from "../../node.ts";
import type { OnLine } from "../../collector.ts";
import { problemWords } from "../../problem_words.ts";
import { Supervisor } from "../../supervise.ts";
import { importLogger, type LoggerNode } from "./logger_desk.ts";

const STORED: Outcome = { kind: "stored" };

export class LoggerFolders {
  readonly #supervisors: readonly Supervisor[];

  constructor(node: LoggerNode, { counters, log }: Pick<Node, "counters" | "log">) {
    this.#supervisors = node.coldchain.units.flatMap(({ id, logger }) => {
      if (logger?.folder === undefined) return [];
      const { folder, lookSeconds, settleSeconds } = logger;
      const settings = fileSettings.parse({ device: id, folder, lookSeconds, settleSeconds });
      const source = {
        ...{ name: `loggers of ${id}`, driver: fileDriver.kind, devices: [] },
        run: (signal: AbortSignal) => fileDriver.run(settings, signal),
      };
      const intake = new Intake(node);
      return new Supervisor(source, { collector: intake, counters, log, random: Math.random });
    });
  }

  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#supervisors.map((one) => one.run(signal)));
  }

  /** Folders that cannot be looked into. */
  concerns(): Concern[] {
    return this.#supervisors.map((one) => one.status())
      .filter(({ state }) => state === "waiting")
      .map(({ detail: reason }) => ({
        title: { zh: "记录仪文件夹无法读取", en: "A folder for loggers cannot be read" },
        reason,
      }));
  }
}

/** What becomes of each file, where the collector of devices would store readings. */
class Intake {
  readonly #node: LoggerNode;

  constructor(node: LoggerNode) {
    this.#node = node;
  }

  async drive(_source: string, run: Run, onLine: OnLine): Promise<void> {
    try {
      let outcomes: readonly Outcome[] = [];
      for (;;) {
        const { done, value } = await run.next(outcomes);
        if (done) return;
        const told: Outcome[] = [];
        for (const item of value) {
          if (item.kind === "line") onLine(item.detail);
          told.push(item.kind === "file" ? await this.#take(item) : STORED);
        }
        outcomes = told;
      }
    } finally {
      await run.return();
    }
  }

  /** A folder is no device that could be out of reach. */
  tellOffline(): Promise<void> {
    return Promise.resolve();
  }

  async #take({ device, name, bytes }: FileItem): Promise<Outcome> {
    const file = { name, bytes, way: "folder", by: null, aheadSeconds: null } as const;
    try {
      const imported = await importLogger(this.#node, device, file, AbortSignal.timeout(60_000));
      switch (imported.kind) {
        case "done":
          return STORED;
        case "known":
          return { kind: "duplicate" };
        case "refused": {
          const { status } = imported.problem;
          const reason = problemWords(imported.problem);
          // Without room, or before its unit is known, it is offered again.
          const isForNow = status === 503 || status === 404;
          return { kind: isForNow ? "unavailable" : "refused", reason };
        }
      }
    } catch (error) {
      if (!isDiskFailure(error)) throw error;
      return { kind: "unavailable", reason: String(error) };
    }
  }
}
