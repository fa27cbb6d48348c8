import test from 'ava';
import { CLUSTER_CODES } from '../../../src/checks/catalogue.ts';
import { runChecks } from '../../../src/checks/run.ts';
import { sameAsExpected } from '../expected.ts';
import { surveyFixture } from './support.ts';

for (const code of CLUSTER_CODES) {
  for (const dump of ['raises', 'near-miss']) {
    test(`${code}: every word of the report about the dump that ${dump === 'raises' ? 'raises' : 'nearly raises'} it`, (t) => {
      sameAsExpected(
        t,
        `expected/checks/${code}.${dump}.yaml`,
        runChecks(surveyFixture(`checks/${code}/${dump}.yaml`)),
      );
    });
  }
}
