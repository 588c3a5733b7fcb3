/**
 * SQLite's write-ahead log as a file (sqlite.org/fileformat2.html, section 4): read to find out
 * what SQLite will make of it, and what it holds besides. SQLite takes what comes before the first
 * frame that is not right, and says nothing of the rest.
 */

/** Magic, version, page size, checkpoint number, two salts, two checksums: 32 bits each. */
const HEADER_BYTES = 32;
/** Page number, pages of the database after a commit, else 0, two salts, two checksums. */
const FRAME_HEADER_BYTES = 24;
const MAGIC = 0x377f0682;

export interface WalFrame {
  /** Number of the page, from 1. */
  readonly page: number;
  /** Whether it ends a transaction. */
  readonly commits: boolean;
  /** The page as it is stored: encrypted where the file is. */
  readonly bytes: Uint8Array;
}

export interface WalFile {
  /** Frames of this log's own generation, in order, the damaged ones too. */
  readonly frames: readonly WalFrame[];
  /**
   * Why not all that was committed can be had from it; `null` where it can. The last transaction
   * may be cut or torn: that is how a power cut leaves one that was never acknowledged.
   */
  readonly damage: string | null;
  /** So much of the file, from its beginning, is what SQLite takes. */
  readonly soundBytes: number;
}

export function readWalFile(file: Uint8Array, pageBytes: number): WalFile {
  if (file.length < HEADER_BYTES) return { frames: [], damage: null, soundBytes: 0 };
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const [magic, pageSize] = [view.getUint32(0), view.getUint32(8)];
  const littleEndian = (magic & 1) === 0;
  const sum = checksum(view, 0, 24, littleEndian, [0, 0]);
  const isGood = (magic & ~1) === MAGIC && pageSize === pageBytes && sameSum(sum, view, 24);
  // Without its head a log still tells by its frames what it was.
  const salts = isGood ? saltsAt(view, 16) : mostCommonSalts(view, pageBytes);
  const frames: WalFrame[] = [];
  let previous: Sums | null = isGood ? sum : null;
  /** The first transaction that SQLite will not take. */
  let broken: number | null = isGood ? null : 0;
  let transactions = 0;
  let soundBytes = isGood ? HEADER_BYTES : 0;
  const frameBytes = FRAME_HEADER_BYTES + pageBytes;
  for (let at = HEADER_BYTES; at + frameBytes <= file.length; at += frameBytes) {
    const own = saltsAt(view, at + 8) === salts;
    const found: Sums | null = previous === null ? null : checksum(
      view,
      at + FRAME_HEADER_BYTES,
      pageBytes,
      littleEndian,
      checksum(view, at, 8, littleEndian, previous),
    );
    const holds = own && found !== null && sameSum(found, view, at + 16);
    // What is right again, counted from what the frame before says, is of this log all the same.
    if (!own && broken === null && !isOfThisLog(view, at + frameBytes, frameBytes, salts)) break;
    if (!holds && broken === null) broken = transactions;
    const commits = view.getUint32(at + 4) !== 0;
    if (own || !isGood) {
      const bytes = file.subarray(at + FRAME_HEADER_BYTES, at + frameBytes);
      frames.push({ page: view.getUint32(at), commits, bytes });
    }
    if (own && commits) transactions++;
    if (commits && broken === null) soundBytes = at + frameBytes;
    previous = [view.getUint32(at + 16), view.getUint32(at + 20)];
  }
  // Each commit was synced before the next was begun: what lies before another is no torn write.
  const isDamaged = broken !== null && transactions > broken + (isGood ? 1 : 0);
  const where = isGood ? `transaction ${(broken ?? 0) + 1} of ${transactions}` : "head";
  return {
    frames,
    soundBytes,
    damage: isDamaged ? `the ${where} of its write-ahead log is not what was written` : null,
  };
}

type Sums = readonly [number, number];

function checksum(
  view: DataView,
  from: number,
  bytes: number,
  littleEndian: boolean,
  [s0, s1]: Sums,
): Sums {
  let [a, b] = [s0, s1];
  for (let at = from; at < from + bytes; at += 8) {
    a = (a + view.getUint32(at, littleEndian) + b) >>> 0;
    b = (b + view.getUint32(at + 4, littleEndian) + a) >>> 0;
  }
  return [a, b];
}

function sameSum([a, b]: Sums, view: DataView, at: number): boolean {
  return a === view.getUint32(at) && b === view.getUint32(at + 4);
}

function saltsAt(view: DataView, at: number): string {
  return `${view.getUint32(at)} ${view.getUint32(at + 4)}`;
}

/** Whether the frame here has the salts of this log: then the one before it only lost its own. */
function isOfThisLog(view: DataView, at: number, frameBytes: number, salts: string): boolean {
  return at + frameBytes <= view.byteLength && saltsAt(view, at + 8) === salts;
}

function mostCommonSalts(view: DataView, pageBytes: number): string {
  const counts = new Map<string, number>();
  const frameBytes = FRAME_HEADER_BYTES + pageBytes;
  for (let at = HEADER_BYTES; at + frameBytes <= view.byteLength; at += frameBytes) {
    const salts = saltsAt(view, at + 8);
    counts.set(salts, (counts.get(salts) ?? 0) + 1);
  }
  return [...counts].reduce((a, b) => b[1] > a[1] ? b : a, ["", 0])[0];
}
