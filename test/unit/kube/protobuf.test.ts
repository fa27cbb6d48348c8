import test from 'ava';
import fc from 'fast-check';
import { eachPodSlice } from '../../../src/kube/objects/pod-slices.ts';
import { protobufFields, protobufMessage } from '../../../src/kube/wire/protobuf.ts';
import type { RawObject } from '../../../src/model/json.ts';
import { serveHTTP, wireTo } from './server.ts';

const bytes = (...parts: (number | string)[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from([part]))));

test('fields come with their numbers; those of fixed length are passed over', (t) => {
  const message = bytes(0x0a, 2, 'ab', 0x10, 0xac, 0x02, 0x19, '12345678', 0x25, '1234', 0x82, 0x01, 1, 'z');
  t.deepEqual(
    [...protobufFields(message)],
    [
      [1, Buffer.from('ab')],
      [2, 300],
      [16, Buffer.from('z')],
    ],
  );
  t.is(protobufMessage(message, 1).toString(), 'ab');
  t.is(protobufMessage(message, 9).length, 0);
});

test('of a field that comes twice the last counts', (t) => {
  t.is(protobufMessage(bytes(0x0a, 1, 'a', 0x0a, 1, 'b'), 1).toString(), 'b');
});

test('any bytes are a message or a RangeError, never anything else', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (input) => {
      try {
        return [...protobufFields(Buffer.from(input))].length <= input.length;
      } catch (error) {
        return error instanceof RangeError;
      }
    }),
  );
  t.pass();
});

for (const [title, type, body] of [
  ['that answers in JSON', 'application/json', '{"kind":"PodList","items":[]}'],
  ['whose answer has another beginning', 'application/vnd.kubernetes.protobuf', 'nothing'],
  ['whose answer is cut off', 'application/vnd.kubernetes.protobuf', 'k8s\0\x12\x7f'],
] as const) {
  test(`a server ${title} is asked in JSON instead`, async (t) => {
    const server = await serveHTTP(t, (_, response) => response.setHeader('content-type', type).end(body));
    const pods: RawObject[] = [];
    t.false(await eachPodSlice(wireTo(t, server.url), (page) => pods.push(...page)));
    t.deepEqual(pods, []);
  });
}
