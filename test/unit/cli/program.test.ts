import test, { type ExecutionContext } from 'ava';
import { runPodcidr } from '../../harness/program.ts';

/** Bad usage: exit 2, nothing on stdout, at most three lines on stderr that say what was wrong and what would be right. */
async function misused(t: ExecutionContext, args: string[], says: RegExp): Promise<void> {
  const ran = await runPodcidr(args);
  t.is(ran.code, 2, ran.stderr);
  t.is(ran.stdout, '');
  t.regex(ran.stderr, says);
  t.true(ran.stderr.trimEnd().split('\n').length <= 3, ran.stderr);
}

for (const [args, says] of [
  [['lst'], /unknown command "lst".*did you mean list\?/],
  [['frobnicate'], /unknown command "frobnicate"/],
  [['list', '--selectr=x'], /unknown flag: --selectr; did you mean --selector\?/],
  [['list', '--frob'], /unknown flag: --frob/],
  [['--nope'], /unknown flag: --nope/],
  [['list', '-x'], /unknown flag: -x/],
  [['list', '-o', 'jsn'], /"jsn".*did you mean json\?/],
  [['list', '-ojsn'], /"jsn".*did you mean json\?/],
  [['validate', '--output=tabel'], /"tabel".*did you mean table\?/],
  [['list', '-o', 'jsonpath'], /-o jsonpath needs a template/],
  [['list', '-ojsonpath='], /-o jsonpath needs a template/],
  [['list', '-o', 'jsonpth={.items}'], /"jsonpth=\{\.items\}" is not known.*did you mean jsonpath\?/],
  [['list', '-o', 'jsonpath={.items[0}'], /cannot read jsonpath ".*": unterminated array/],
  [['list', '-o', 'jsonpath-file=/nowhere'], /\/nowhere does not exist/],
  [['list', '-o', 'custom-columns=NAME'], /unexpected custom-columns spec: NAME/],
  [['list', '-o', 'custom-columns=NAME:{a}{b}'], /unexpected path string/],
  [['validate', '-o', 'junt'], /"junt".*did you mean junit\?/],
  [['validate', '-o', 'jsonpath={.x}'], /"jsonpath=\{\.x\}" is not known/],
  [['validate', '-o', 'name'], /"name" is not known, it must be one of: [a-z, ]+\n$/],
  [['validate', '--fail-on=eror'], /"eror".*did you mean error\?/],
  [['validate', '--skip=subnetduplicat'], /did you mean SubnetDuplicate\?/],
  [['dump', 'worker-1'], /dump takes no "worker-1"/],
  [['dump', '-o', 'jsn'], /"jsn".*did you mean json\?/],
  [['dump', '-f', '/nowhere'], /\/nowhere does not exist/],
  [['list', '--context'], /--context needs a value/],
  [['list', '--context='], /--context needs a value/],
  [['list', '-o'], /-o needs a value/],
  [['list', '--no-headers=maybe'], /--no-headers is true or false, not "maybe"/],
  [['list', '--help=foo'], /--help is true or false, not "foo"/],
  [['reassign', 'a', '-y=foo'], /-y is true or false, not "foo"/],
  [['reassign', 'a', '-yfoo'], /-y takes no value, got "-yfoo"/],
  [['help', 'lsit'], /unknown command "lsit".*did you mean list\?/],
  [['lsit', '--help'], /unknown command "lsit"/],
  [['reassign', 'a', '--yes', '--cidr=10.1.0.0/24', '--cidr=10.2.0.0/24'], /--cidr is given twice/],
  [['reassign', 'a', '--yes', '--cidr=10.1.0.0/24,'], /"10\.1\.0\.0\/24,".*empty part/],
  [['list', '-v=loud'], /-v "loud" is no log level/],
  [['validate', 'worker-1'], /worker-1/],
  [['version', 'x'], /version takes no arguments/],
  [['explain', 'SubnetDuplicat'], /did you mean SubnetDuplicate\?/],
  [['validate', '--only=SubnetDuplicat'], /did you mean SubnetDuplicate\?/],
  [['reassign'], /name the nodes/],
  [['reassign', '--invalid', '--cidr=10.1.0.0/24', '--yes'], /--invalid chooses the subnets itself/],
  [['reassign', '--plan=x', 'a', '--yes'], /--plan carries out a plan exactly as it is/],
  [['reassign', '--invalid', '--max-nodes=none', '--yes'], /--max-nodes "none" is not a whole number/],
  [['reassign', '--invalid'], /--yes/],
  [['reassign', 'a', '--dry-run=cloud'], /"cloud"/],
  [['reassign', 'a', '--print=node', '--yes'], /--print=node goes with --dry-run=client/],
  [['reassign', 'a'], /--yes/],
  [['reassign', 'a', '--yes', '--cidr=10.244.1.5/24'], /"10\.244\.1\.5\/24".*10\.244\.1\.0\/24/],
  [['list', '--cluster-cidr=010.1.0.0/16'], /--cluster-cidr.*010\.1\.0\.0\/16/],
  [['list', '--kubeconfig=/nowhere/config'], /\/nowhere\/config/],
  [['list', '--server=https://127.0.0.1:1', '--token=x'], /127\.0\.0\.1:1 was refused/],
  [['list', '--request-timeout=soon'], /soon|timeout/],
] as const) {
  test(`${args.join(' ')}: one clear line, exit 2`, (t) => misused(t, [...args], says));
}

test('no command at all prints the commands, as kubectl does', async (t) => {
  const ran = await runPodcidr([]);
  t.is(ran.code, 0);
  t.regex(ran.stdout, /Commands:\n {2}list/);
});

for (const args of [
  ['help', 'reassign'],
  ['reassign', '--help'],
  ['reassign', '-h'],
]) {
  test(`${args.join(' ')} prints usage as it is typed with kubectl`, async (t) => {
    const ran = await runPodcidr(args);
    t.is(ran.code, 0, ran.stderr);
    t.regex(ran.stdout, /Usage:\n {2}kubectl podcidr reassign \[NODE\[=CIDR\[,CIDR\]\]…\] \[flags\]/);
    t.regex(ran.stdout, /--tls-server-name/);
  });
}

test('help does not follow the language of the terminal', async (t) => {
  const ran = await runPodcidr(['lst'], { env: { LANG: 'de_DE.UTF-8', LC_ALL: 'de_DE.UTF-8' } });
  t.regex(ran.stderr, /unknown command/);
});

test('version -o json is stable', async (t) => {
  const ran = await runPodcidr(['version', '-ojson']);
  t.like(JSON.parse(ran.stdout), { apiVersion: 'kubectl-podcidr/v1', kind: 'Version' });
});

test('a flag without a value never takes the next word', async (t) => {
  const ran = await runPodcidr(['reassign', '--yes', 'false', '--server=https://127.0.0.1:1', '--token=x']);
  t.regex(ran.stderr, /127\.0\.0\.1:1 was refused/, 'false is a node, and --yes is given');
});

test('-v=6 tells each request, as kubectl does, and no credentials', async (t) => {
  const ran = await runPodcidr(['list', '-v6', '--server=https://127.0.0.1:1', '--token=secret']);
  t.regex(ran.stderr, /GET https:\/\/127\.0\.0\.1:1\/api\/v1\/nodes\S* .* in \d+ milliseconds/);
  t.notRegex(ran.stderr, /secret/);
});
