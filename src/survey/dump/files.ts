import type { Buffer } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { Failure } from '../../model/failure.ts';
import { decode } from './decode.ts';

/** One -f: its name for words, and its text. */
export interface DumpFile {
  file: string;
  text: string;
}

/** Reads the files given with -f; `-` is standard input. Throws Failure that names the file. */
export async function readFiles(names: string[], readStdin: () => Promise<Buffer>): Promise<DumpFile[]> {
  if (names.filter((name) => name === '-').length > 1)
    throw new Failure('-f - is given twice: standard input can be read once');
  return Promise.all(
    names.map(async (name) => {
      const file = name === '-' ? 'standard input' : name;
      return { file, text: decode(name === '-' ? await readStdin() : await read(name), file) };
    }),
  );
}

async function read(name: string): Promise<Buffer> {
  if (name === '') throw new Failure('-f "" names no file');
  try {
    return await readFile(name);
  } catch (error) {
    throw new Failure(REASONS[codeOf(error)]?.(name) ?? `${name} cannot be read: ${codeOf(error)}`, { cause: error });
  }
}

const REASONS: Record<string, (name: string) => string> = {
  ENOENT: (name) => `${name} does not exist`,
  EISDIR: (name) => `${name} is a folder: give the files themselves`,
  EACCES: (name) => `${name} may not be read by you`,
  ERR_FS_FILE_TOO_LARGE: (name) => `${name} is too large to be read in one piece`,
};

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
