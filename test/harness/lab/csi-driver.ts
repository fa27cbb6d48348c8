import { join } from 'node:path';
import { until } from '../../../scripts/lib/processes.ts';
import type { Lab } from '../lab.ts';

/** The name by which CSINode knows it. */
export const CSI_DRIVER = 'csi.podcidr.test';

const SOCKET = `/var/lib/kubelet/plugins_registry/${CSI_DRIVER}.sock`;
/** Goes with the machine, as /run does. */
const LOG = '/run/csi-driver.log';
const NUMBER = '/run/csi-driver.number';

/** A kubelet that could not reach a driver waits longer each time before it tries again. */
const LIMIT_MS = 120_000;

/** A node whose drivers come and go. */
type Machine = Pick<Lab, 'inNode' | 'stopKubelet' | 'startKubelet'>;

async function mustRun({ inNode }: Machine, node: string, script: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await inNode(node, ['sh', '-c', script, 'sh', ...args]);
  if (code !== 0) throw new Error(`${node}: ${script}: ${stderr}`);
  return stdout;
}

/** The kubelet says it once CSINode is written (operation_generator.go:GenerateRegisterPluginFunc). */
async function untilRegistered(machine: Machine, node: string): Promise<void> {
  const said = () => mustRun(machine, node, `cat ${LOG}`);
  if (await until(async () => (await said()).includes('registered'), LIMIT_MS, 200)) return;
  throw new Error(`the kubelet of ${node} did not register the CSI driver: ${await said()}`);
}

/**
 * Starts a CSI driver on a node, or starts it again, as a driver's pod that is replaced does. Resolves when the kubelet has
 * registered it.
 */
export async function registerCsiDriver(machine: Machine, node: string): Promise<void> {
  const kill = `[ ! -e ${NUMBER} ] || kill -KILL "$(cat ${NUMBER})"`;
  const main = join(import.meta.dirname, 'csi-driver-main.ts');
  const start = `: >${LOG}; "$@" >>${LOG} 2>&1 & echo $! >${NUMBER}`;
  await mustRun(machine, node, `${kill}; ${start}`, process.execPath, main, SOCKET, CSI_DRIVER, node);
  await untilRegistered(machine, node);
}

/** Restarts the kubelet alone. It finds the driver that runs; resolves when it has registered it. */
export async function restartKubelet(machine: Machine, node: string): Promise<void> {
  await machine.stopKubelet(node);
  await mustRun(machine, node, `: >${LOG}`);
  await machine.startKubelet(node);
  await untilRegistered(machine, node);
}
