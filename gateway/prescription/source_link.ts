/** The address that a rule's source names, where it names one. */

/** The first `https` or `http` address in a text, without what ends the sentence; or `null`. */
export function sourceLink(source: string): string | null {
  const found = /https?:\/\/[\x21-\x7e]+/.exec(source)?.[0].replace(/[.,;:)\]}>"']+$/, "");
  return found !== undefined && URL.canParse(found) ? found : null;
}
