import type { Buffer } from 'node:buffer';
import { open } from 'node:fs/promises';
import { Failure } from '../../model/failure.ts';
import { collect } from './collect.ts';
import { decode } from './decode.ts';

/** One -f: its name for words, and its text. */
export interface DumpFile {
  file: string;
  text: string;
}

/** Reads the files given with -f; `-` is standard input. Throws Failure that names the file, also when it is too large. */
export async function readFiles(names: string[], readStdin: () => AsyncIterable<Buffer>): Promise<DumpFile[]> {
  if (names.filter((name) => name === '-').length > 1)
    throw new Failure('-f - is given twice: standard input can be read once');
  return Promise.all(
    names.map(async (name) => {
      const file = name === '-' ? 'standard input' : name;
      return { file, text: decode(name === '-' ? await collect(readStdin(), file) : await read(name), file) };
    }),
  );
}

async function read(name: string): Promise<Buffer> {
  if (name === '') throw new Failure('-f "" names no file');
  try {
    const file = await open(name);
    // A pipe of the shell, like -f <(kubectl get nodes -o json), is read like a file.
    return await collect(file.createReadStream(), name);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(REASONS[codeOf(error)]?.(name) ?? `${name} cannot be read: ${codeOf(error)}`, { cause: error });
  }
}

const REASONS: Record<string, (name: string) => string> = {
  ENOENT: (name) => `${name} does not exist`,
  EISDIR: (name) => `${name} is a folder: give the files themselves`,
  EACCES: (name) => `${name} may not be read by you`,
};

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
