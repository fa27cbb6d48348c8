import type { Buffer } from 'node:buffer';
import { gunzipSync } from 'node:zlib';
import { Failure } from '../../model/failure.ts';

/**
 * The most that is read of one file, unpacked: 5,000 Nodes as kubectl writes them are 88 MB. Node's own limit of a text is twice
 * as much, and a text as long as that leaves no memory for what is made of it.
 */
export const MOST_BYTES = 256 * 1024 * 1024;

/**
 * The text of a dump: UTF-8, or UTF-16 as PowerShell's `>` writes it, without its byte order mark, also packed with gzip. Throws
 * Failure that names the file when it is empty, too large or no text.
 */
export function decode(packed: Buffer, file: string): string {
  if (packed.length === 0) throw new Failure(`${file} is empty`, { hint: EXAMPLE });
  const bytes = isPacked(packed) ? unpack(packed, file) : packed;
  const text = decodeAs(encodingOf(bytes), bytes);
  if (text === undefined || text.includes('\0'))
    throw new Failure(`${file} is binary: a dump is JSON or YAML`, { hint: EXAMPLE });
  if (text.trim() === '') throw new Failure(`${file} is empty`, { hint: EXAMPLE });
  return text;
}

function isPacked(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function unpack(packed: Buffer, file: string): Buffer {
  try {
    return gunzipSync(packed, { maxOutputLength: MOST_BYTES });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(`${file}, unpacked,`);
    if (code === 'Z_BUF_ERROR')
      throw new Failure(`${file} ends in the middle of its gzip`, { cause: error, hint: TRUNCATED });
    throw new Failure(`${file} is no valid gzip`, { cause: error, hint: 'pack it again, or give it unpacked' });
  }
}

/** The most documents that one file may hold: each object of a large cluster as one of its own, and more. */
export const MOST_DOCUMENTS = 100_000;

/** The refusal of a file with more. */
export function tooMany(file: string): Failure {
  return new Failure(`${file} has more than ${MOST_DOCUMENTS} documents: it is no dump`, { hint: EXAMPLE });
}

/** The refusal of a file above the limit. */
export function tooLarge(file: string): Failure {
  return new Failure(`${file} is larger than ${MOST_BYTES / 1024 / 1024} MiB`, {
    hint: 'kubectl podcidr dump writes just what is read: a hundredth of it',
  });
}

/** The next thing to do when a file is no dump. */
export const EXAMPLE = 'make one with: kubectl get nodes,pods -A -o yaml';

/** The next thing to do when a file ends in the middle. */
export const TRUNCATED = 'the file is truncated: write the dump again';

function encodingOf(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return 'utf-8';
}

function decodeAs(encoding: string, bytes: Buffer): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
