import test from 'ava';
import fc from 'fast-check';
import { Failure } from '../../../../src/model/failure.ts';
import { isUnsafe } from '../../../../src/render/escape.ts';
import { readTemplate } from '../../../../src/render/jsonpath/template.ts';
import { CASES, DOCUMENT } from './cases.ts';

for (const [template, printed] of CASES) {
  test(`jsonpath ${JSON.stringify(template)}`, (t) => {
    const print = () => readTemplate(template, false)(DOCUMENT);
    if (typeof printed === 'string') t.is(print(), printed);
    else if (template === '{}') t.regex(print(), printed);
    else t.throws(print, { instanceOf: Failure, message: printed });
  });
}

test('jsonpath-as-json prints a list for each piece of the template', (t) => {
  t.is(
    readTemplate('{.items[*].name}{.numbers[9:9]}x', true)(DOCUMENT),
    '[\n    "127.0.0.1",\n    "127.0.0.2",\n    "it \\"is\\" \\u003ca\\u0026b\\u003e"\n]\n[]\n[\n    "x"\n]\n',
  );
});

test('what the cluster says cannot act on a terminal, what the template says is printed as it is', (t) => {
  const hostile = { name: '\u001b[31mred\u202e', list: ['\u001b]0;x\u0007'] };
  t.is(readTemplate('{"\\t"}{.name} {.list}{"\\n"}', false)(hostile), '\t^[[31mred\\u202e ["\\u001b]0;x\\u0007"]\n');
  t.false(isUnsafe(readTemplate('{@}', true)(hostile).replaceAll('\n', '')));
});

test('a template is read or refused in one line, whatever it is, and never runs away', (t) => {
  const piece = fc.constantFrom(
    ...['{', '}', '[', ']', '[?(', ')', '.', '..', '*', '@', '$', '"', "'", '\\', ',', ':', '-', '1', ' '],
    ...['name', 'items', 'range ', 'end', '==', '<', 'true', '\\n', 'ä', '\u{1f600}', '\n'],
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      try {
        t.is(typeof readTemplate(pieces.join(''), false)(DOCUMENT), 'string');
      } catch (error) {
        t.true(error instanceof Failure, String(error));
      }
    }),
    { numRuns: 3000 },
  );
});

test('thousands of ranges and brackets end in one line', (t) => {
  for (const template of [
    `${'{range .items[*]}'.repeat(20_000)}`,
    `{${'.items'.repeat(50_000)}}`,
    `{${'[0]'.repeat(50_000)}}`,
    '{'.repeat(100_000),
  ]) {
    t.notThrows(() => {
      try {
        readTemplate(template, false)(DOCUMENT);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
      }
    });
  }
});
