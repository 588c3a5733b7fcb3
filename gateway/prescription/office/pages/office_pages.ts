/** The pages of the office, and what their forms do. */
import * as z from "zod";
import { fieldOf } from "../../../form.ts";
import type { Page } from "../../../console/page.ts";
import { CONTACT_RESULTS } from "../../life/contact_body.ts";
import { words } from "../../life/subject.ts";
import { openSameKeys } from "../../record/same_keys.ts";
import { eventsOf, nameOf } from "../../record/stored_events.ts";
import { dayAfter, dayText, monthAfter, monthText, spanOfDay } from "../../../china_calendar.ts";
import { commentBody, MONTH, rosterBody } from "../office_bodies.ts";
import { type Done, type OfficeDesk, SAME_KEYS_MAX } from "../office_desk.ts";
import { openCases, shiftsOf } from "../office_lists.ts";
import { casesPage } from "./cases_page.ts";
import { commentPage } from "./comment_page.ts";
import { dayPage } from "./day_page.ts";
import { saidOf } from "./parts.ts";
import { ROSTER_DAYS, rosterPage } from "./roster_page.ts";
import { itemPath, samplePage } from "./sample_page.ts";
import { OFFICE } from "./text.ts";
import { workloadPage } from "./workload_page.ts";

/** Reports cost much, and forms are filled in: none of them follows the node. */
const STILL = { role: "county", right: "prescription.review", still: true } as const;

const isDay = (text: string) => z.iso.date().safeParse(text).success;

export function officePages(desk: OfficeDesk): readonly Page[] {
  return [...reportPages(desk), ...rosterPages(desk), ...samplePages(desk), ...casePages(desk)];
}

function reportPages(desk: OfficeDesk): readonly Page[] {
  const dayOf: Page["render"] = async (view, { day = dayText(desk.nowMs) }) => {
    if (!isDay(day)) return null;
    return dayPage(view, day, await desk.dayReport(spanOfDay(day)), await desk.mayGo());
  };
  const workOf: Page["render"] = async (view, { day = dayText(desk.nowMs) }) =>
    isDay(day) ? workloadPage(view, day, await desk.workload(spanOfDay(day))) : null;
  return [
    { ...STILL, path: "/office", tab: OFFICE, render: dayOf },
    { ...STILL, path: "/office/days/{day}", render: dayOf },
    { ...STILL, path: "/office/workload", render: workOf },
    { ...STILL, path: "/office/workload/{day}", render: workOf },
  ];
}

function rosterPages(desk: OfficeDesk): readonly Page[] {
  const render: Page["render"] = async (view, { day = dayText(desk.nowMs), said }) => {
    if (!isDay(day)) return null;
    const shifts = await shiftsOf(desk.tables, day, dayAfter(day, ROSTER_DAYS - 1));
    return rosterPage(view, day, shifts, said);
  };
  const form = (duty: "on" | "off") => ({
    right: "prescription.office",
    send: async (form, { day }, _parts, actor) => {
      const back = `/office/roster/${encodeURIComponent(day)}`;
      const read = rosterBody.safeParse({
        id: "id",
        by: { id: "by" },
        duty,
        day: fieldOf(form, "day"),
        account: fieldOf(form, "account"),
        from: fieldOf(form, "from"),
        to: fieldOf(form, "to"),
      });
      if (!read.success) return `${back}/wrong`;
      const { id: _id, by: _by, ...change } = read.data;
      return `${back}/${saidOf(await desk.changeRoster(change, actor))}`;
    },
  } as const satisfies NonNullable<Page["forms"]>[string]);
  return [
    { ...STILL, path: "/office/roster", render },
    {
      ...STILL,
      path: "/office/roster/{day}",
      render,
      forms: { on: form("on"), off: form("off") },
    },
    { ...STILL, path: "/office/roster/{day}/{said}", render },
  ];
}

function samplePages(desk: OfficeDesk): readonly Page[] {
  const before = () => monthAfter(monthText(desk.nowMs), -1);
  const list: Page["render"] = async (view, { month = before(), said }) =>
    MONTH.test(month) ? samplePage(view, month, await desk.sample(month), said) : null;
  const one: Page["render"] = async (view, { month, site, number, said }) => {
    if (!MONTH.test(month)) return null;
    const { items } = await desk.sample(month);
    const item = items.find((one) => one.site === site && one.number === number);
    if (item === undefined) return null;
    const events = (await eventsOf(desk.tables, [item])).get(nameOf(item)) ?? [];
    return commentPage(view, { month, item, events }, said);
  };
  return [
    { ...STILL, path: "/office/samples", render: list },
    {
      ...STILL,
      path: "/office/samples/{month}",
      render: list,
      forms: {
        draw: {
          right: "prescription.office",
          send: async (_form, { month }, _parts, actor) => {
            if (!MONTH.test(month)) return "/office/samples";
            return `/office/samples/${month}/${saidOf(await desk.draw(month, actor))}`;
          },
        },
      },
    },
    { ...STILL, path: "/office/samples/{month}/{said}", render: list },
    {
      ...STILL,
      path: "/office/samples/{month}/{site}/{number}",
      render: one,
      forms: {
        comment: {
          right: "prescription.review",
          send: async (form, { month, site, number }, _parts, actor) => {
            const back = itemPath(month, site, number);
            const judgement = fieldOf(form, "judgement");
            const read = commentBody.safeParse({
              id: "id",
              by: { id: "by" },
              month,
              site,
              prescription: number,
              judgement,
              items: judgement === "reasonable" ? [] : form.getAll("item"),
              text: fieldOf(form, "text") || undefined,
            });
            if (!read.success) return `${back}/wrong`;
            const { id: _id, by: _by, ...said } = read.data;
            return `${back}/${saidOf(await desk.comment(said, actor))}`;
          },
        },
      },
    },
    { ...STILL, path: "/office/samples/{month}/{site}/{number}/{said}", render: one },
  ];
}

const closing = z.object({ result: z.enum(CONTACT_RESULTS), comment: words });

function casePages(desk: OfficeDesk): readonly Page[] {
  const render: Page["render"] = async (view, { said }) => {
    const keys = await openSameKeys(desk.tables, SAME_KEYS_MAX);
    return casesPage(view, await openCases(desk.tables), keys, said);
  };
  return [
    {
      ...STILL,
      path: "/office/cases",
      render,
      forms: {
        close: {
          right: "prescription.review",
          send: async (form, _places, _parts, actor) => {
            const asked = { result: fieldOf(form, "result"), comment: fieldOf(form, "comment") };
            const read = closing.safeParse(asked);
            if (!read.success) return "/office/cases/wrong";
            const done: Done = await desk.closeCase(fieldOf(form, "case"), read.data, actor);
            return `/office/cases/${saidOf(done)}`;
          },
        },
        seen: {
          right: "prescription.review",
          send: async (form, _places, _parts, actor) => {
            const read = words.safeParse(fieldOf(form, "comment"));
            if (!read.success) return "/office/cases/wrong";
            const said = { comment: read.data };
            return `/office/cases/${
              saidOf(await desk.seeSameKey(fieldOf(form, "pair"), said, actor))
            }`;
          },
        },
      },
    },
    { ...STILL, path: "/office/cases/{said}", render },
  ];
}
