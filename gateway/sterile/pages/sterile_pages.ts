/** The pages of sterile supply, and what their forms do. */
import * as z from "zod";
import { dayText } from "../../china_calendar.ts";
import type { Page, PageForm, Places } from "../../console/page.ts";
import type { View } from "../../console/view.ts";
import { fieldOf } from "../../form.ts";
import type { Right } from "../../people/roles.ts";
import { PERSON_NEEDED, signedIn } from "../../people/second_person.ts";
import { issueLines } from "../../schema_faults.ts";
import { Doing } from "../desk/act_routes.ts";
import type { SterileNode } from "../desk/desk_node.ts";
import * as orders from "../desk/orders.ts";
import { shownSamples } from "../desk/shown_samples.ts";
import type { Done, SterileDesk } from "../desk/sterile_desk.ts";
import * as views from "../desk/views.ts";
import { cyclesBefore, loadsBefore, SELECTS } from "../record/sterile_reads.ts";
import { type RuleBook, rulesOn } from "../rules.ts";
import { cyclePage } from "./cycle_page.ts";
import { loadPage } from "./load_page.ts";
import { overviewPage } from "./overview_page.ts";
import { packPage } from "./pack_page.ts";
import { notDone, paths } from "./parts.ts";
import { recallPage, recallsPage } from "./recall_page.ts";
import { STERILE } from "./text.ts";
import { workForms, type Workplace } from "./work_forms.ts";

const LIST_MAX = 30;
const ALL = { site: null, beforeMs: Number.MAX_SAFE_INTEGER, limit: LIST_MAX };
const STILL = { still: true } as const;

/** `desk`: of a site that acts; `null`: others only see. */
export function sterilePages(
  node: SterileNode,
  book: RuleBook,
  desk: SterileDesk | null,
): readonly Page[] {
  const { tables } = node;
  const rules = () => rulesOn(book, dayText(node.clock.now().wallMs));
  const acts = (site: string) => desk !== null && site === node.name;
  const overview: Page["render"] = async (view) => {
    const [alarms, sterilisers, cycles, loads] = await Promise.all([
      views.alarmsOf(tables, { site: null, open: true, limit: LIST_MAX }),
      views.steriliserViews(node, null, rules()),
      cyclesBefore(tables, ALL),
      loadsBefore(tables, ALL),
    ]);
    const states = await views.loadStates(tables, loads, rules());
    const shown = { alarms, sterilisers, cycles, loads, states };
    const forms = desk === null ? "" : workForms(view, workplace(desk));
    return overviewPage(view, { ...shown, acts: desk !== null, node: node.name }, forms);
  };
  const cycle: Page["render"] = async (view, { site, cycle }) => {
    const found = await views.cycleView(tables, site, cycle);
    if (found === null) return null;
    const [row] = await tables.rows(SELECTS.steriliser, [site, found.line.steriliser]);
    const { samples, title } = shownSamples(found, row?.text("body") ?? null);
    return cyclePage(view, {
      cycle: found,
      samples,
      title: title[view.language],
      acts: acts(site),
    });
  };
  const load: Page["render"] = async (view, { site, load }) => {
    const found = await views.loadView(tables, site, load, rules());
    return found === null ? null : loadPage(view, found, acts(site));
  };
  const pack: Page["render"] = async (view, { site, pack }) => {
    const asked = { rules: rules(), now: node.clock.now(), suppliers: node.suppliers };
    const found = await views.packView(tables, site, pack, asked);
    // Whoever used it says so here, whatever its label is.
    return found.isKnown || acts(site) ? packPage(view, site, found, acts(site)) : null;
  };
  const recall: Page["render"] = async (view, { site, recall }) => {
    const found = await views.recallView(tables, site, recall);
    return found === null ? null : recallPage(view, found, acts(site));
  };
  const recalls: Page["render"] = async (view) => {
    const rows = await tables.rows(SELECTS.recalls, [Number.MAX_SAFE_INTEGER, LIST_MAX]);
    const found = await Promise.all(
      rows.map((row) => views.recallView(tables, row.text("site"), row.text("recall"))),
    );
    return recallsPage(view, found.flatMap((one) => one ?? []));
  };
  const forms = desk === null ? null : formsOf(desk);
  return [
    { ...STILL, path: "/sterile", tab: STERILE, render: overview, ...forms?.overview },
    { ...STILL, path: "/sterile/alarms/{alarm}", render: overview, ...forms?.alarm },
    { ...STILL, path: "/sterile/cycles/{site}/{cycle}", render: cycle, ...forms?.cycle },
    { ...STILL, path: "/sterile/loads/{site}/{load}", render: load, ...forms?.load },
    { ...STILL, path: "/sterile/packs/{site}/{pack}", render: pack, ...forms?.pack },
    { ...STILL, path: "/sterile/recalls", render: recalls },
    { ...STILL, path: "/sterile/recalls/{site}/{recall}", render: recall, ...forms?.recall },
  ];
}

function workplace(desk: SterileDesk): Workplace {
  const sterilisers = [...desk.setups.values()].map(({ settings, title }) => ({
    id: settings.id,
    title,
    programs: settings.programs.map(({ id }) => id),
  }));
  return { sterilisers, suppliers: desk.node.suppliers };
}

type Forms = Readonly<
  Record<"overview" | "alarm" | "cycle" | "load" | "pack" | "recall", {
    readonly forms: NonNullable<Page["forms"]>;
  }>
>;

/** What was typed, as an order; fields that are empty are not there. */
type Typed = Readonly<Record<string, unknown>>;

function formsOf(desk: SterileDesk): Forms {
  const doing = new Doing(desk);
  const form = <T extends z.ZodType>(
    right: Right,
    schema: T,
    typed: (form: FormData, places: Places) => Typed,
    work: Parameters<typeof formOf<T>>[3],
    back: (order: z.infer<T>, places: Places) => string,
  ) => formOf(right, schema, typed, work, back);
  const [work, release] = ["sterile.work", "sterile.release"] as const;
  const ofCycle = (_: unknown, { site, cycle }: Places) => paths.cycle(site, cycle);
  const ofLoad = (_: unknown, { site, load }: Places) => paths.load(site, load);
  const ofPack = (_: unknown, { site, pack }: Places) => paths.pack(site, pack);
  const step = (name: "check" | "release") =>
    form(release, orders.stepOrder, (form) => stepTyped(form, name), doing.step, ofLoad);
  return {
    overview: {
      forms: {
        find: { right: "read", send: findSent(desk.node.name) },
        pack: form(
          work,
          orders.packOrder,
          packTyped,
          doing.pack,
          ({ pack }) => paths.pack(desk.node.name, pack),
        ),
        receipt: form(
          work,
          orders.receiptOrder,
          receiptTyped,
          doing.receipt,
          ({ pack }) => paths.pack(desk.node.name, pack),
        ),
        load: form(
          work,
          orders.loadOrder,
          loadTyped,
          doing.load,
          ({ load }) => paths.load(desk.node.name, load),
        ),
      },
    },
    alarm: {
      forms: {
        close: form(
          release,
          orders.closeOrder,
          (form) => ({ comment: fieldOf(form, "comment") }),
          doing.closeAlarm,
          () => "/sterile",
        ),
      },
    },
    cycle: {
      forms: {
        "assign": form(
          work,
          orders.assignOrder,
          (form) => some(form, ["load"]),
          doing.assign,
          ofCycle,
        ),
        "bowie-dick": form(
          work,
          orders.bowieDickOrder,
          (form, { cycle }) => ({ ...some(form, ["result"]), cycle }),
          doing.bowieDick,
          ofCycle,
        ),
        "chemical": form(work, orders.indicatorOrder, chemicalTyped, doing.indicator, ofCycle),
        "biological": form(work, orders.indicatorOrder, biologicalTyped, doing.indicator, ofCycle),
      },
    },
    load: { forms: { check: step("check"), release: step("release") } },
    pack: {
      forms: {
        issue: form(
          work,
          orders.issueOrder,
          (form, { pack }) => ({ ...some(form, ["place"]), pack }),
          doing.issue,
          ofPack,
        ),
        use: form(
          work,
          orders.useOrder,
          (form, { pack }) => ({ ...some(form, ["place", "patient"]), pack }),
          doing.use,
          ofPack,
        ),
      },
    },
    recall: {
      forms: {
        back: form(
          work,
          orders.backOrder,
          (form, { recall }) => ({ ...some(form, ["pack", "outcome"]), recall }),
          doing.back,
          (_, { site, recall }) => paths.recall(site, recall),
        ),
      },
    },
  };
}

function formOf<T extends z.ZodType>(
  right: Right,
  schema: T,
  typed: (form: FormData, places: Places) => Typed,
  work: (
    order: z.infer<T>,
    by: { id: string; name?: string | undefined },
    asker: Parameters<Doing["pack"]>[2],
    places: Places,
  ) => Promise<Done>,
  back: (order: z.infer<T>, places: Places) => string,
): PageForm {
  return {
    right,
    send: async (form, places, { people }, actor, view) => {
      const by = signedIn(actor, people);
      const here = placePath(places);
      if (by === null) return said(view, PERSON_NEEDED.title, here, 403);
      const order = schema.safeParse(typed(form, places));
      if (!order.success) {
        const faults = issueLines(order.error.issues);
        return said(view, faults.join("; "), here, 400);
      }
      const done = await work(order.data, by.person, { actor, people }, places);
      if (done.kind === "done") return back(order.data, places);
      const { title, detail, hint } = done.problem;
      return said(view, [detail ?? title, hint].filter((one) => one).join(" · "), here, 409);
    },
  };
}

function said(view: View, detail: string, back: string, status: 400 | 403 | 409) {
  return { main: notDone(view, detail, back), status } as const;
}

function placePath({ site, cycle, load, pack, recall }: Places): string {
  if (site === undefined) return "/sterile";
  if (cycle !== undefined) return paths.cycle(site, cycle);
  if (load !== undefined) return paths.load(site, load);
  if (pack !== undefined) return paths.pack(site, pack);
  return recall === undefined ? "/sterile" : paths.recall(site, recall);
}

/** The act's id, and these fields where something was typed. */
function some(form: FormData, names: readonly string[]): Typed {
  const typed = names.flatMap((name): [string, string][] => {
    const value = fieldOf(form, name);
    return value === "" ? [] : [[name, value]];
  });
  return { id: fieldOf(form, "id"), ...Object.fromEntries(typed) };
}

function findSent(site: string): PageForm["send"] {
  return (form) => Promise.resolve(paths.pack(site, fieldOf(form, "pack") || "?"));
}

/** A badge that a reader typed, or account and PIN. */
function personTyped(form: FormData): Typed | undefined {
  const [badge, account, pin] = ["badge", "account", "pin"].map((name) => fieldOf(form, name));
  if (badge !== "") return { badge };
  return account === "" ? undefined : { account, pin };
}

function packTyped(form: FormData): Typed {
  const typed = some(form, ["pack", "title", "expires"]);
  return { expires: null, ...typed, ...checkedTyped(form) };
}

function receiptTyped(form: FormData): Typed {
  const names = ["pack", "title", "supplier", "lot", "sterilisedOn", "expires"];
  return { ...some(form, names), ...proofTyped(form), ...checkedTyped(form) };
}

/** By what its supplier released an implant, if anything was chosen. */
function proofTyped(form: FormData): Typed {
  const indicator = fieldOf(form, "proof");
  const [result, document] = [fieldOf(form, "proofResult"), fieldOf(form, "document")];
  if (indicator === "") return {};
  const proof = { indicator, result, document };
  if (indicator === "biological") return { proof };
  return {
    proof: { ...proof, class: Number(fieldOf(form, "class")), reason: fieldOf(form, "reason") },
  };
}

function checkedTyped(form: FormData): Typed {
  const implant = fieldOf(form, "implant") === "yes";
  return { implant, checked: personTyped(form) ?? {} };
}

function loadTyped(form: FormData): Typed {
  const packs = fieldOf(form, "packs").split(/[\s,;]+/).filter((one) => one !== "");
  return { ...some(form, ["load", "steriliser", "type", "program"]), packs: [...new Set(packs)] };
}

function chemicalTyped(form: FormData, { cycle }: Places): Typed {
  const typed = some(form, ["place", "pack", "result"]);
  return { ...typed, indicator: "chemical", cycle, class: Number(fieldOf(form, "class")) };
}

function biologicalTyped(form: FormData, { cycle }: Places): Typed {
  const controlGrew = fieldOf(form, "controlGrew") === "yes";
  return { ...some(form, ["result", "batch"]), indicator: "biological", cycle, controlGrew };
}

function stepTyped(form: FormData, step: "check" | "release"): Typed {
  const seen = form.getAll("seen").filter((one) => typeof one === "string");
  const { reason, ...typed } = some(form, ["reason"]);
  const by = personTyped(form);
  return {
    ...typed,
    step,
    seen,
    ...by === undefined ? {} : { by },
    ...reason === undefined ? {} : { emergency: { reason } },
  };
}
