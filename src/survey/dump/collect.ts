import { Buffer } from 'node:buffer';
import { MOST_BYTES, tooLarge } from './decode.ts';

/** All that a stream has, as long as it is no more than the limit; it is left at once when it is. Throws Failure that names it. */
export async function collect(stream: AsyncIterable<Buffer>, file: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.length;
    if (length > MOST_BYTES) throw tooLarge(file);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
