/**
 * What was sealed in a time, and where it was when that ended: each bag in one place, and the
 * missing ones by name (W6). State in, tables out.
 */
import type { Text } from "../../../drivers/profile_parts.ts";
import type {
  DataCell,
  DataColumn,
  DataTable,
  DrawnReport,
  Fact,
} from "../../report/data_report.ts";
import { momentText } from "../../report/moment_text.ts";
import { CATEGORIES, type CategoryCode } from "../category.ts";
import type { BagState } from "../life/bag.ts";
import type { ManifestStanding } from "../manifest/manifest.ts";

/** A bag as its table has it. */
export interface BagLine {
  readonly bag: string;
  readonly state: BagState;
  /** `null`: entries disagree. */
  readonly category: CategoryCode | null;
  readonly ward: string | null;
  readonly grams: number | null;
  readonly sealedMs: number;
  /** It was collected, and a store looked for it in vain. */
  readonly isMissing: boolean;
  /** Entries about it disagree, or one weighing is of two bags. */
  readonly isDisputed: boolean;
}

export interface MissingBag extends BagLine {
  /** As whoever stood at the store said it. */
  readonly explanation: string;
}

export interface ManifestLine {
  readonly standing: Pick<
    ManifestStanding,
    "manifest" | "number" | "stage" | "received" | "faults"
  >;
  readonly beganMs: number;
  /** What is on it now, by the bags themselves. */
  readonly bags: number;
  readonly grams: number;
  /** Bags that left on it and that no receipt names. */
  readonly outstanding: readonly string[];
}

export interface WasteOfTime {
  readonly bags: readonly BagLine[];
  readonly missing: readonly MissingBag[];
  readonly manifests: readonly ManifestLine[];
  readonly cut: Text | null;
}

/** Where a bag is. A missing one is nowhere else. */
export const PLACES = ["waiting", "store", "manifest", "received", "missing"] as const;
export type Place = typeof PLACES[number];

const PLACE_OF: Readonly<Record<Exclude<BagState, "void">, Place>> = {
  "sealed": "waiting",
  "handed-over": "waiting",
  "stored": "store",
  "departed": "manifest",
  "received": "received",
  "disposed": "received",
};

/** `null`: its sealing was reversed, and it is no bag. */
export function placeOf({ state, isMissing }: Pick<BagLine, "state" | "isMissing">): Place | null {
  if (state === "void") return null;
  return isMissing ? "missing" : PLACE_OF[state];
}

export interface Counted {
  readonly bags: number;
  readonly grams: number;
}

export interface BalanceLine extends Readonly<Record<Place | "sealed", Counted>> {
  readonly category: CategoryCode | null;
  readonly ward: string | null;
}

/** A line for each category and ward, in their order. */
export function balanceLines(bags: readonly BagLine[]): BalanceLine[] {
  const own = bags.filter((bag) => placeOf(bag) !== null);
  const groups = Map.groupBy(own, ({ category, ward }) => JSON.stringify([category, ward]));
  return [...groups].sort(([one], [other]) => one < other ? -1 : 1)
    .map(([, group]) => balanceLine(group, group[0]));
}

function balanceLine(
  bags: readonly BagLine[],
  { category, ward }: Pick<BagLine, "category" | "ward">,
): BalanceLine {
  const at = (place: Place) => counted(bags.filter((bag) => placeOf(bag) === place));
  return {
    ...{ category, ward, sealed: counted(bags) },
    ...{ waiting: at("waiting"), store: at("store"), manifest: at("manifest") },
    ...{ received: at("received"), missing: at("missing") },
  };
}

function counted(bags: readonly BagLine[]): Counted {
  return { bags: bags.length, grams: bags.reduce((sum, { grams }) => sum + (grams ?? 0), 0) };
}

const TITLES: Readonly<Record<Place | "sealed", Text>> = {
  sealed: { zh: "封口", en: "Sealed" },
  waiting: { zh: "未入库", en: "Not stored" },
  store: { zh: "暂存", en: "In store" },
  manifest: { zh: "运输中", en: "On manifests" },
  received: { zh: "处置方已接收", en: "Received" },
  missing: { zh: "缺失", en: "Missing" },
};

const COUNTED = ["sealed", ...PLACES] as const;

export function wasteReport({ bags, missing, manifests, cut }: WasteOfTime): DrawnReport {
  const own = bags.filter((bag) => placeOf(bag) !== null);
  const total = balanceLine(own, { category: null, ward: null });
  return {
    facts: factsOf(total, own.filter(({ isDisputed }) => isDisputed).length),
    tables: [
      balanceTable(balanceLines(bags), total),
      missingTable(missing),
      manifestTable(manifests),
    ],
    cut,
  };
}

function factsOf(total: BalanceLine, disputed: number): Fact[] {
  const bags = (place: Place | "sealed"): Fact => ({
    key: `${place}_bags`,
    title: { zh: `${TITLES[place].zh}（袋）`, en: `${TITLES[place].en}, bags` },
    value: total[place].bags,
    ...(place === "missing" ? { isBad: true } : {}),
  });
  return [
    bags("sealed"),
    {
      key: "sealed_kg",
      title: { zh: "封口（kg）", en: "Sealed, kg" },
      value: total.sealed.grams / 1000,
      digits: 3,
    },
    ...PLACES.map(bags),
    {
      key: "disputed_bags",
      title: { zh: "记录不一致（袋）", en: "Disputed, bags" },
      value: disputed,
      isBad: true,
    },
  ];
}

const CATEGORY: DataColumn = { key: "category", title: { zh: "类别", en: "Category" }, width: 5 };
const WARD: DataColumn = { key: "ward", title: { zh: "科室", en: "Ward" }, width: 3 };

function balanceTable(lines: readonly BalanceLine[], total: BalanceLine): DataTable {
  const cells = (line: BalanceLine, names: readonly DataCell[]): DataCell[] => [
    ...names,
    ...COUNTED.flatMap((place) => [line[place].bags, line[place].grams / 1000]),
  ];
  const toneOf = (line: BalanceLine) => line.missing.bags > 0 ? "bad" as const : "good" as const;
  const rows = lines.map((line) => ({
    cells: cells(line, [line.ward, categoryText(line.category)]),
    tone: toneOf(line),
  }));
  return {
    name: "balance",
    title: { zh: "收支平衡", en: "Balance" },
    columns: [
      WARD,
      CATEGORY,
      ...COUNTED.flatMap((place): DataColumn[] => [
        {
          key: `${place}_bags`,
          title: { zh: `${TITLES[place].zh} 袋`, en: `${TITLES[place].en} bags` },
          width: 2.2,
          digits: 0,
        },
        {
          key: `${place}_kg`,
          title: { zh: `${TITLES[place].zh} kg`, en: `${TITLES[place].en} kg` },
          width: 2.6,
          digits: 3,
        },
      ]),
    ],
    rows: rows.length === 0 ? [] : [
      ...rows,
      { cells: cells(total, [{ zh: "合计", en: "Total" }, null]), tone: toneOf(total) },
    ],
    empty: { zh: "期间未封口医疗废物", en: "No waste was sealed in this time" },
    note: {
      zh: "期间封口的包装袋在期末（未结束则为当前）何处：封口 = 未入库 + 暂存 + 运输中 + " +
        "处置方已接收 + 缺失。从其他站点转入的包装袋计入当时持有站点；缺失的袋逐一列出。",
      en: "Where the bags that were sealed in this time were when it ended, or are now: sealed = " +
        "not stored + in store + on manifests + received + missing. A bag from another site " +
        "counts where it was; the missing ones are named.",
    },
  };
}

function categoryText(category: CategoryCode | null): Text {
  if (category === null) return { zh: "类别不一致", en: "disputed" };
  const { zh, en } = CATEGORIES[category].name;
  return { zh: `${zh} ${category}`, en: `${en} ${category}` };
}

const time = (ms: number) => momentText(ms, "Asia/Shanghai");

function missingTable(missing: readonly MissingBag[]): DataTable {
  return {
    name: "missing",
    title: { zh: "缺失的包装袋", en: "Missing bags" },
    columns: [
      { key: "bag", title: { zh: "包装袋", en: "Bag" }, width: 4 },
      WARD,
      CATEGORY,
      { key: "sealed", title: { zh: "封口时间", en: "Sealed at" }, width: 3.5 },
      { key: "explanation", title: { zh: "入库时说明", en: "Said at the store" }, width: 6 },
      { key: "kg", title: { zh: "kg", en: "kg" }, width: 2, digits: 3 },
    ],
    rows: missing.map(({ bag, ward, category, sealedMs, grams, explanation }) => ({
      cells: [
        ...[bag, ward, categoryText(category), time(sealedMs)],
        ...[explanation, grams === null ? null : grams / 1000],
      ],
      tone: "bad",
    })),
    empty: { zh: "无缺失", en: "None is missing" },
  };
}

const STAGES: Readonly<Record<ManifestStanding["stage"], Text>> = {
  prepared: { zh: "待运", en: "prepared" },
  departed: { zh: "运输中", en: "on its way" },
  received: { zh: "已接收", en: "received" },
  disposed: { zh: "已处置", en: "disposed of" },
};

function manifestTable(manifests: readonly ManifestLine[]): DataTable {
  return {
    name: "manifests",
    title: { zh: "期间的转移联单", en: "Transfer manifests of this time" },
    columns: [
      { key: "number", title: { zh: "联单编号", en: "Number" }, width: 4 },
      { key: "stage", title: { zh: "状态", en: "Stage" }, width: 2.5 },
      { key: "began", title: { zh: "建立时间", en: "Begun" }, width: 3.5 },
      { key: "outstanding", title: { zh: "未签收的袋", en: "Not on a receipt" }, width: 5 },
      { key: "bags", title: { zh: "袋", en: "Bags" }, width: 1.5, digits: 0 },
      { key: "kg", title: { zh: "kg", en: "kg" }, width: 2, digits: 3 },
      {
        key: "received_kg",
        title: { zh: "处置方称重 kg", en: "Received kg" },
        width: 2.5,
        digits: 3,
      },
    ],
    rows: manifests.map(({ standing, beganMs, bags, grams, outstanding }) => {
      const { number, stage, received, manifest, faults } = standing;
      const weighed = received.reduce((sum, { body }) => sum + body.grams, 0);
      // What is still on its way is not overdue here; beside a receipt it is missing from it.
      const isOpen = received.length > 0 && outstanding.length > 0 || faults.length > 0;
      return {
        cells: [
          number ?? { zh: `草稿 ${manifest}`, en: `draft ${manifest}` },
          ...[STAGES[stage], time(beganMs)],
          received.length === 0 ? null : outstanding.join(", "),
          ...[bags, grams / 1000, received.length === 0 ? null : weighed / 1000],
        ],
        tone: isOpen ? "bad" as const : "good" as const,
      };
    }),
    empty: { zh: "期间无转移联单", en: "No manifest of this time" },
  };
}
