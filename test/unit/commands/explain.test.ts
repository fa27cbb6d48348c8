import test from 'ava';
import { CODES } from '../../../src/checks/catalogue.ts';
import { runExplain } from '../../../src/commands/explain.ts';
import { Failure } from '../../../src/model/failure.ts';
import { testContext } from './support.ts';

async function explain(...codes: string[]) {
  const context = testContext();
  await runExplain(context, { codes });
  return context.printed.out;
}

for (const code of CODES) {
  test(`${code} is explained: what, why, cure, origin`, async (t) => {
    const text = await explain(code);
    t.regex(text, new RegExp(`^${code}: .+\nSeverity: (error|warning|info)`));
    for (const title of ['What it means', 'Why it hurts', 'How to cure it', 'Where it comes from']) {
      t.regex(text, new RegExp(`\n\n${title}\n {2}\\S`));
    }
    t.true(text.split('\n').every((line) => line.length <= 100));
  });
}

test('a code may be typed in any case', async (t) => {
  t.is(await explain('subnetduplicate'), await explain('SubnetDuplicate'));
});

test('without a code all are listed', async (t) => {
  t.deepEqual(
    (await explain())
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(' ')[0]),
    CODES,
  );
});

test('an unknown code is refused with the nearest', async (t) => {
  await t.throwsAsync(explain('SubnetMising'), { instanceOf: Failure, message: /did you mean SubnetMissing\?/ });
});
