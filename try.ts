import { startLab } from './test/harness/lab.ts';
import { brokenPings } from './test/harness/lab/pings.ts';
import { runPodcidr } from './test/harness/program.ts';
const [backend, flannel, ...args] = process.argv.slice(2);
const lab = await startLab({ backend: backend as any, flannel: flannel as any });
const t0 = Date.now();
const say = (...a: unknown[]) => console.log(((Date.now() - t0) / 1000).toFixed(1), ...a);
try {
  await lab.deployEcho();
  say('before', brokenPings(await lab.pings()));
  say(await lab.shareSubnet('n2', 'n3'));
  say('broken', (await lab.pings()).map((p: any) => `${p.from.node}>${p.to.node}:${p.ok}`).join(' '));
  const ran = await runPodcidr(['reassign', '--invalid', '--yes', '--ignore-daemonsets', '--state-dir', `${lab.dir}/state`, ...args], { kubeconfig: lab.kubeconfig, entry: './src/main.ts' });
  say('code', ran.code); console.log(ran.stdout); console.log(ran.stderr);
  say('after', brokenPings(await lab.pings()));
} finally { await lab.stop(); }
process.exit(0);
