/** A label on plain paper, for sites without a label printer: printed, cut out, put on. */
import { html } from "hono/html";
import type { Text } from "../../../drivers/profile_parts.ts";
import type { Html } from "../../console/view.ts";
import { type Label, labelLines, payloadOf } from "./label.ts";
import { qrOf, qrPath } from "./qr.ts";

export function pageLabel(label: Label, language: keyof Text): Html {
  const code = qrOf(payloadOf(label));
  const [title, ...lines] = labelLines(label, language);
  return html`
    <section class="waste-label" lang="${language === "zh" ? "zh-CN" : "en"}">
      <svg viewBox="0 0 ${code.width} ${code.height}" role="img" aria-label="${label.bag}">
        <rect width="${code.width}" height="${code.height}" fill="#fff" />
        <path d="${qrPath(code)}" fill="#000" shape-rendering="crispEdges" />
      </svg>
      <div>
        <h2>${title}</h2>
        ${lines.map((line) => html`<p>${line}</p>`)}
        <p><code>${label.bag}</code></p>
      </div>
    </section>
  `;
}
