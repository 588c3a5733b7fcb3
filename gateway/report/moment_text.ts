/** Moments as they are printed. */

const formats = new Map<string, Intl.DateTimeFormat>();

/** `2026-11-29 09:30`, in a zone. */
export function momentText(ms: number, zone: string): string {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("sv-SE", {
      timeZone: zone,
      dateStyle: "short",
      timeStyle: "short",
    });
    formats.set(zone, format);
  }
  return format.format(ms);
}
