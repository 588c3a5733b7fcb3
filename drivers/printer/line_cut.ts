/** Bytes of a printer port as lines, wherever the chunks are cut. */

/** A printer of such devices has 24 to 132 columns; what is longer is noise. */
export const LINE_BYTES_MAX = 512;

export interface CutState {
  /** Bytes of the line that has not ended. */
  readonly rest: readonly number[];
  /** It was longer than a line can be: what is left of it is dropped. */
  readonly tooLong: boolean;
  /** The last byte was CR, which an LF may follow. */
  readonly afterReturn: boolean;
}

export const NO_LINE: CutState = { rest: [], tooLong: false, afterReturn: false };

export interface CutLine {
  readonly bytes: Uint8Array;
  /** Its end is missing. */
  readonly tooLong: boolean;
}

const [LF, CR] = [0x0a, 0x0d];

/** Lines end with LF, CR, or both; an empty one is a line too. */
export function cutLines(
  state: CutState,
  chunk: Uint8Array,
): { readonly state: CutState; readonly lines: readonly CutLine[] } {
  const lines: CutLine[] = [];
  let rest = [...state.rest];
  let { tooLong, afterReturn } = state;
  for (const byte of chunk) {
    if (byte === LF && afterReturn) {
      afterReturn = false;
      continue;
    }
    afterReturn = byte === CR;
    if (byte === LF || byte === CR) {
      lines.push({ bytes: Uint8Array.from(rest), tooLong });
      rest = [];
      tooLong = false;
    } else if (rest.length === LINE_BYTES_MAX) {
      tooLong = true;
    } else {
      rest.push(byte);
    }
  }
  return { state: { rest, tooLong, afterReturn }, lines };
}
