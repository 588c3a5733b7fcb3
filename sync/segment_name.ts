/**
 * Names of segments: `00000042`, and `00000042-1` for what was written anew in its place, so that
 * the order of the row stays. Of one number the highest revision counts.
 */
export interface SegmentName {
  readonly number: number;
  readonly revision: number;
}

const NAME = /^([0-9]{8,15})(?:-([1-9][0-9]{0,5}))?$/;

export function segmentName({ number, revision }: SegmentName): string {
  const name = String(number).padStart(8, "0");
  return revision === 0 ? name : `${name}-${revision}`;
}

/** `null` where the text is no name. */
export function parseSegmentName(text: string): SegmentName | null {
  const match = NAME.exec(text);
  if (match === null) return null;
  return { number: Number(match[1]), revision: Number(match[2] ?? 0) };
}

/** What is written anew in place of a segment. */
export function revised(text: string): string {
  const { number, revision } = known(text);
  return segmentName({ number, revision: revision + 1 });
}

/** What comes behind a segment. */
export function following(text: string): string {
  return segmentName({ number: known(text).number + 1, revision: 0 });
}

/** Names that count, oldest first, and those that others have taken the place of. */
export function inOrder(names: readonly string[]): { current: string[]; replaced: string[] } {
  const sorted = names.toSorted((a, b) => {
    const [one, other] = [known(a), known(b)];
    return one.number - other.number || one.revision - other.revision;
  });
  const isReplaced = (name: string, index: number) =>
    index + 1 < sorted.length && known(sorted[index + 1]).number === known(name).number;
  return {
    current: sorted.filter((name, index) => !isReplaced(name, index)),
    replaced: sorted.filter(isReplaced),
  };
}

function known(text: string): SegmentName {
  const name = parseSegmentName(text);
  if (name === null) throw new Error(`Cannot read segment name "${text}"`);
  return name;
}
