import { readdirSync } from 'node:fs';
import test from 'ava';
import { run } from '../../scripts/lib/processes.ts';
import { runChecks } from '../../src/checks/run.ts';
import { CONTROLLER_MANAGER_TEXTS } from '../../src/checks/settings/controller-manager-texts.ts';
import { FLANNEL_TEXTS } from '../../src/cni/flannel-texts.ts';
import { SANDBOX_TEXTS } from '../../src/cni/sandbox-texts.ts';
import { type ControlPlane, startControlPlane } from '../harness/control-plane.ts';
import { openShell } from '../harness/shell.ts';
import { surveyFixture } from '../unit/checks/support.ts';

const FIXTURES = new URL('../fixtures/', import.meta.url);

/** Dumps with every fault that validate knows. */
const DUMPS = [
  ...readdirSync(new URL('checks', FIXTURES)).map((code) => `checks/${code}/raises.yaml`),
  ...readdirSync(new URL('founding', FIXTURES)).map((name) => `founding/${name}/dump.yaml`),
];

const TEXTS = [...FLANNEL_TEXTS, ...SANDBOX_TEXTS, ...CONTROLLER_MANAGER_TEXTS];

/** All remedies, each once. */
const REMEDIES = [
  ...new Set([
    ...DUMPS.flatMap((path) => runChecks(surveyFixture(path)).findings.map(({ remedy }) => remedy)),
    ...TEXTS.flatMap(({ cure }) => cure ?? []),
  ]),
].sort();

/** What is to be done beside a shell with kubectl: on a host, or in a flag. */
const IN_WORDS = /^(set|give|keep|restart) |^on [\w., -]+: |^nothing is to be done/;

/** A server without any of these objects says so to a command that is well formed. */
const ABSENT = /not found|NotFound|no objects passed to replace|there is no operation|is not known here/;

let plane: ControlPlane;
test.before(async () => {
  plane = await startControlPlane();
});
test.after.always(() => plane?.stop());

/** The commands of a line, without its comment. */
function commandsOf(remedy: string): string[] {
  const quoted: string[] = [];
  const bare = remedy.replaceAll(/'[^']*'|"[^"]*"/g, (text) => `«${quoted.push(text) - 1}»`).replace(/ {2}# .*$/, '');
  return bare.split(/ && |; /).map((one) => one.replaceAll(/«(\d+)»/g, (_, at: string) => quoted[Number(at)] ?? ''));
}

test('no remedy leaves a placeholder to fill in', (t) => {
  t.true(REMEDIES.length > 40);
  for (const remedy of REMEDIES) t.notRegex(remedy, /<\w[\w -]*>|\b(NODE|NAME|NAMESPACE|POD|KEY|CIDR|FLAG)\b|…|\.\.\./);
});

test('every remedy is a command, or says on which host or in which flag something is to be done', async (t) => {
  for (const remedy of REMEDIES.filter((one) => IN_WORDS.test(one))) {
    const onHost = /^on [\w., -]+: (.*)$/.exec(remedy)?.[1];
    if (onHost !== undefined) t.is((await run('sh', ['-n', '-c', onHost])).code, 0, remedy);
  }
  for (const remedy of REMEDIES.filter((one) => !IN_WORDS.test(one))) t.regex(remedy, /^(kubectl|etcdctl) /);
});

test('every remedy is a command line that the real kubectl, and this program, accept', async (t) => {
  const shell = openShell(plane);
  const commands = REMEDIES.filter((one) => one.startsWith('kubectl '))
    .flatMap(commandsOf)
    .filter((one) => one.startsWith('kubectl '));
  for (const command of new Set(commands)) {
    const { output, code } = await shell(command);
    t.true(
      code === 0 || (code === 1 && /^(ERRORS|WARNINGS|WOULD BREAK|yes$|no$)/m.test(output)) || ABSENT.test(output),
      `${command}: ${output}`,
    );
    t.notRegex(output, /unknown (flag|command|shorthand|option)|Usage:|See 'kubectl/, command);
  }
});
