import type { Buffer } from 'node:buffer';

/** A field of a message: its number, with bytes (texts, messages, lists) or a number (whole numbers, true is 1). */
export type ProtobufField = [field: number, value: Buffer | number];

/**
 * The fields of a message in protobuf's wire form, in their order; fields of fixed length are left out. Numbers beyond 2^53 are not
 * exact. Throws RangeError for bytes that are no message (protobuf.dev: Encoding).
 */
export function* protobufFields(message: Buffer): Generator<ProtobufField> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = message[at++];
      if (byte === undefined || factor > 2 ** 63) throw new RangeError('a number without an end');
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const tag = varint();
    const field = Math.floor(tag / 8);
    const wireType = tag % 8;
    if (wireType === 0) yield [field, varint()];
    else if (wireType === 2) {
      const length = varint();
      if (length > message.length - at) throw new RangeError('a field that ends behind its message');
      at += length;
      yield [field, message.subarray(at - length, at)];
    } else if (wireType === 1) at += 8;
    else if (wireType === 5) at += 4;
    else throw new RangeError(`wire type ${wireType}`);
  }
}

/** The message in a field: of several the last, as protobuf has it; empty when there is none. */
export function protobufMessage(message: Buffer, wanted: number): Buffer {
  let found = message.subarray(0, 0);
  for (const [field, value] of protobufFields(message)) {
    if (field === wanted && typeof value !== 'number') found = value;
  }
  return found;
}
