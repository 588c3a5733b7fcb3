/** Tables that become lists of cards on a phone: each cell knows the head it stands under. */
import { html } from "hono/html";
import type { Html } from "./view.ts";

export interface Column {
  readonly head: string;
  /** Figures stand right, so that they can be compared. */
  readonly number?: boolean;
}

/** The first cell of a row is its name. */
export function dataTable(
  columns: readonly Column[],
  rows: readonly (readonly (Html | string | number)[])[],
): Html {
  return html`
    <table>
      <thead>
        <tr>${columns.map(({ head, number }) =>
          html`<th class="${number ? "number" : ""}">${head}</th>`
        )}</tr>
      </thead>
      <tbody>${rows.map((cells) =>
        html`<tr>${
          cells.map((cell, index) =>
            index === 0 ? html`<th scope="row">${cell}</th>` : html`
              <td class="${columns[index].number ? "number" : ""}"
                data-head="${columns[index].head}">
                <div>${cell}</div>
              </td>
            `
          )
        }</tr>`
      )}</tbody>
    </table>
  `;
}
