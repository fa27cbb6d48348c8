import { readdirSync, readFileSync } from 'node:fs';
import test from 'ava';
import { runChecks } from '../../../src/checks/run.ts';
import { renderReport } from '../../../src/render/report.ts';
import { surveyFixture } from './support.ts';

const FOLDER = new URL('../../fixtures/founding/', import.meta.url);

/** Each folder: a dump, and the report that an operator reads. */
for (const name of readdirSync(FOLDER)) {
  test(`the report of a founding case names its cause and its cure: ${name}`, (t) => {
    const expected = readFileSync(new URL(`${name}/report.txt`, FOLDER), 'utf8');
    t.is(renderReport(runChecks(surveyFixture(`founding/${name}/dump.yaml`))), expected);
  });
}
