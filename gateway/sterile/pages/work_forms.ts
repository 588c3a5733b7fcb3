/** Forms of a sterile supply's daily work: pack, load, find. */
import { html } from "hono/html";
import { idField } from "../../console/form_parts.ts";
import type { Html, View } from "../../console/view.ts";
import { LOADS } from "../rules.ts";
import { action, choice, field, wordChoice } from "./parts.ts";
import { sterileTexts } from "./text.ts";

export interface Workplace {
  readonly sterilisers: readonly {
    readonly id: string;
    readonly title: { readonly zh: string; readonly en: string };
    readonly programs: readonly string[];
  }[];
  /** Nodes of the county whose packs come here. */
  readonly suppliers: readonly string[];
}

export function workForms(view: View, { sterilisers, suppliers }: Workplace): Html {
  const say = sterileTexts(view.language);
  return html`
    <section class="panel">
      <h2>${say("find")}</h2>
      <form method="post" action="/sterile/find" class="form row">
        ${field(view, { name: "pack", label: "pack" })}${action(view, "look")}</form>
    </section>
    <details class="panel">
      <summary>${say("newPack")}</summary>
      <form method="post" action="/sterile/pack" class="form">${idField()}
        ${field(view, { name: "pack", label: "pack" })}
        ${field(view, { name: "title", label: "title" })}
        ${field(view, { name: "expires", label: "expires", type: "date", optional: true })}
        ${implantAndChecker(view)}${action(view, "save")}</form>
    </details>
    <details class="panel">
      <summary>${say("newReceipt")}</summary>
      <form method="post" action="/sterile/receipt" class="form">${idField()}
        ${field(view, { name: "pack", label: "pack" })}
        ${field(view, { name: "title", label: "title" })}
        ${field(view, { name: "supplier", label: "supplier", more: html`list="suppliers"` })}
        <datalist id="suppliers">${suppliers.map((one) =>
          html`<option value="${one}"></option>`
        )}</datalist>
        ${field(view, { name: "lot", label: "lot" })}
        ${field(view, { name: "sterilisedOn", label: "sterilisedOn", type: "date" })}
        ${field(view, { name: "expires", label: "expires", type: "date" })}
        ${proofFields(view)}${implantAndChecker(view)}${action(view, "save")}</form>
    </details>
    ${sterilisers.length === 0 ? "" : loadForm(view, sterilisers)}
  `;
}

function loadForm(view: View, sterilisers: Workplace["sterilisers"]): Html {
  const say = sterileTexts(view.language);
  const programs = [...new Set(sterilisers.flatMap((one) => one.programs))];
  return html`
    <details class="panel">
      <summary>${say("newLoad")}</summary>
      <form method="post" action="/sterile/load" class="form">${idField()}
        ${field(view, { name: "load", label: "load" })}
        ${choice(
          view,
          "steriliser",
          "steriliser",
          sterilisers.map(({ id, title }) => [id, title[view.language]]),
        )}
        ${wordChoice(view, "type", "loadType", LOADS)}
        ${choice(view, "program", "program", ["", ...programs].map((one) => [one, one]))}
        <label class="field"><span>${say("labels")}</span>
          <textarea name="packs" rows="6"></textarea></label>
        ${action(view, "save")}</form>
    </details>
  `;
}

/** By what another supply released an implant. */
function proofFields(view: View): Html {
  const say = sterileTexts(view.language);
  const classes = ["", "1", "2", "3", "4", "5", "6"].map((one): [string, string] => [one, one]);
  return html`
    ${choice(view, "proof", "proof", [
      ["", "—"],
      ["biological", say("biological")],
      ["emergency", say("emergencyIndicator")],
    ])}
    ${wordChoice(view, "proofResult", "result", ["", "pass", "fail"])}
    ${field(view, { name: "document", label: "proofDocument", optional: true })}
    ${choice(view, "class", "proofClass", classes)}
    ${field(view, { name: "reason", label: "proofReason", optional: true })}
  `;
}

function implantAndChecker(view: View): Html {
  return html`
    <label class="field"><span>${sterileTexts(view.language)("implant")}</span>
      <input type="checkbox" name="implant" value="yes"></label>
    ${field(view, { name: "account", label: "checkedBy", optional: true })}
    ${field(view, { name: "pin", label: "pin", type: "password", optional: true })}
    ${field(view, { name: "badge", label: "badge", type: "password", optional: true })}
  `;
}
