import type { CNIConfigFile } from '../../model/node-facts.ts';
import { shellWord } from '../../model/text.ts';
import { onHost, restarts } from './remedies.ts';
import { FINE, type NodeJudge } from './view.ts';

/** Plugins that come first by design, and ask the others. */
const MEDIATORS = ['multus', 'multus-shim', 'genie', 'danm'];

/** The container runtime takes the first configuration by name, and it is another CNI's. */
export const judgeCNIConfigShadowed: NodeJudge = ({ facts, expected, cni }) => {
  if (!cni) return FINE;
  const { cniConfigs } = facts;
  if (!cniConfigs.known) return { skipped: cniConfigs.reason };
  const readable = cniConfigs.value.filter(({ network, plugins }) => network !== undefined && plugins.length > 0);
  const [first] = readable;
  if (!first || cni.owns(first) || first.plugins.some((type) => MEDIATORS.includes(type))) return FINE;
  const at = readable.findIndex((config) => cni.owns(config));
  const own = readable[at];
  // Only flannel's own file is known well enough to be missed.
  if (!own && !(cni.isFlannel && cni.bridge)) return FINE;
  const evidence = readable.map(describe);
  const what = `${first.file} (${first.plugins.join(', ')})`;
  return {
    findings: [
      own
        ? {
            severity: 'error',
            message: `${what} comes before ${own.file}: new pods get their addresses from it`,
            evidence,
            remedy: onHost(
              expected,
              readable.slice(0, at).map(disables).join(' && '),
              'then delete the pods that it has given addresses to',
            ),
          }
        : {
            severity: 'error',
            message: `${what} gives new pods their addresses: ${expected.cni} has no configuration there`,
            evidence,
            remedy: `${restarts(expected)}${expected.agent ? '  # it writes its configuration when it starts' : ''}`,
          },
    ],
  };
};

function describe({ file, network, plugins }: CNIConfigFile): string {
  return `${file}: network ${network || '<none>'}, ${plugins.join(', ')}`;
}

function disables({ file }: CNIConfigFile): string {
  return `mv ${shellWord(file)} ${shellWord(`${file}.disabled`)}`;
}
