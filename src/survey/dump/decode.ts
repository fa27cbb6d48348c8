import type { Buffer } from 'node:buffer';
import { Failure } from '../../model/failure.ts';

/**
 * The text of a dump: UTF-8, or UTF-16 as PowerShell's `>` writes it, without its byte order mark. Throws Failure that names
 * the file when it is empty or no text.
 */
export function decode(bytes: Buffer, file: string): string {
  if (bytes.length === 0) throw new Failure(`${file} is empty`, { hint: EXAMPLE });
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) throw new Failure(`${file} is compressed with gzip: unpack it first`);
  const text = decodeAs(encodingOf(bytes), bytes);
  if (text === undefined || text.includes('\0'))
    throw new Failure(`${file} is binary: a dump is JSON or YAML`, { hint: EXAMPLE });
  if (text.trim() === '') throw new Failure(`${file} is empty`, { hint: EXAMPLE });
  return text;
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
