import fc from "fast-check";
import { expect, test } from "vitest";
import { TemporaryFolder } from "../fixtures.ts";
import { BlobDamaged, type BlobFacts } from "./blob.ts";
import { BlobKeys } from "./blob_keys.ts";
import { contentFrom, hashOf, KEY } from "./fixture_blobs.ts";
import {
  decodeOfferAnswer,
  decodeOffers,
  decodePiece,
  encodeOfferAnswer,
  encodeOffers,
  encodePiece,
} from "./messages.ts";
import { CHUNK_BYTES, chunksOf, sealedBytes, SealedFile, wholeBytes } from "./sealed_file.ts";

const KEYS = new BlobKeys([KEY]);

async function sealed(path: string, content: Uint8Array<ArrayBuffer>): Promise<void> {
  const bytes = content.length;
  const description = { mediaType: "image/jpeg", owner: "site-1", wallMs: 1, bytes };
  using file = await SealedFile.create(path, KEYS, description);
  const last = chunksOf(bytes) - 1;
  for (let index = 0; index <= last; index++) {
    const at = index * CHUNK_BYTES;
    await file.writeChunk(index, content.subarray(at, at + CHUNK_BYTES), index === last);
  }
  await file.writeEnd(hashOf(content), bytes);
}

/** Reads all of a file; throws where any of it is not what was sealed. */
async function opened(path: string): Promise<Uint8Array> {
  using file = await SealedFile.open(path, KEYS, { write: false });
  const { bytes } = await file.readEnd();
  const chunks: Uint8Array[] = [];
  for (let index = 0; index < chunksOf(bytes); index++) {
    chunks.push(await file.readChunk(index, bytes));
  }
  return new Uint8Array(await new Blob(chunks.map((chunk) => chunk.slice())).arrayBuffer());
}

const sizes = fc.oneof(
  fc.integer({ min: 0, max: 4 * CHUNK_BYTES }),
  fc.constantFrom(0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES),
);

test("any content comes back, and its file has the size that was foretold", async () => {
  using folder = new TemporaryFolder();
  let count = 0;
  await fc.assert(
    fc.asyncProperty(sizes, fc.integer(), async (bytes, seed) => {
      const path = `${folder.path}/${count++}`;
      const content = contentFrom(seed, bytes);
      await sealed(path, content);
      expect(await opened(path)).toEqual(content);
      expect(Deno.statSync(path).size).toBe(sealedBytes(bytes));
    }),
    { numRuns: 60 },
  );
});

test("G5: no change of any byte goes unseen, nor a file of exchanged chunks", async () => {
  using folder = new TemporaryFolder();
  const [path, other] = [`${folder.path}/one`, `${folder.path}/two`];
  await sealed(path, contentFrom(1, 3 * CHUNK_BYTES + 100));
  const original = Deno.readFileSync(path);
  await fc.assert(
    fc.asyncProperty(
      fc.nat(original.length - 1),
      fc.integer({ min: 1, max: 255 }),
      async (at, change) => {
        const changed = original.slice();
        changed[at] ^= change;
        Deno.writeFileSync(other, changed);
        await expect(opened(other)).rejects.toThrow(/Cannot read/);
      },
    ),
    { numRuns: 100 },
  );
  const chunksAt = 48 + 540;
  const size = CHUNK_BYTES + 28;
  const exchanged = original.slice();
  exchanged.set(original.subarray(chunksAt, chunksAt + size), chunksAt + size);
  exchanged.set(original.subarray(chunksAt + size, chunksAt + 2 * size), chunksAt);
  Deno.writeFileSync(other, exchanged);
  await expect(opened(other)).rejects.toThrow(BlobDamaged);
});

test("of a file that was cut anywhere only whole chunks count", () => {
  fc.assert(
    fc.property(sizes, fc.nat(5 * CHUNK_BYTES), (bytes, fileBytes) => {
      const whole = wholeBytes(fileBytes, bytes);
      expect(whole === bytes || whole % CHUNK_BYTES === 0).toBe(true);
      expect(whole).toBeLessThanOrEqual(Math.max(0, fileBytes));
      expect(wholeBytes(sealedBytes(bytes), bytes)).toBe(bytes);
    }),
  );
});

const hashes = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => bytes.toHex());
const offers = fc.array(
  fc.record<BlobFacts>({
    hash: hashes,
    bytes: fc.nat(2 ** 32),
    mediaType: fc.constantFrom("image/jpeg", "text/plain; charset=utf-8"),
    owner: fc.constantFrom("site-1", "county-a"),
    wallMs: fc.nat(),
  }),
  { maxLength: 10 },
);

test("messages come back as they were, and no bytes make the decoder do worse than refuse", () => {
  fc.assert(fc.property(offers, (list) => {
    expect(decodeOffers(encodeOffers(list))).toEqual(list);
  }));
  fc.assert(fc.property(hashes, fc.nat(), fc.uint8Array(), (hash, offset, bytes) => {
    const piece = { hash, offset, content: new Uint8Array(bytes) };
    expect(decodePiece(encodePiece(piece))).toEqual(piece);
    const answer = {
      progress: [{ kind: "have" as const, bytes: offset }, { kind: "unoffered" as const }],
      lost: [hash],
    };
    expect(decodeOfferAnswer(encodeOfferAnswer(answer))).toEqual(answer);
  }));
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
    for (const decode of [decodeOffers, decodePiece, decodeOfferAnswer]) {
      try {
        decode(bytes);
      } catch (error) {
        expect(error).toMatchObject({ name: "OctetsError" });
      }
    }
  }));
});
