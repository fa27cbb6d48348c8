import { isNodeName } from '../../model/node-name.ts';
import type { SurveyPod } from '../../model/survey.ts';
import { compareText, count, shellWord } from '../../model/text.ts';

/** namespace/name. */
export function podName({ namespace, name }: Pick<SurveyPod, 'namespace' | 'name'>): string {
  return `${namespace}/${name}`;
}

/** What is known of pods that are to get new addresses. */
type RenewedPod = Pick<SurveyPod, 'namespace' | 'name' | 'mirror' | 'controlled'>;

/**
 * Pods get an address once in their life: a new one comes with a new pod. Those that a controller creates again are deleted; those
 * that declare none are saved and created again from what was saved. A static pod is its kubelet's alone.
 */
export function renewPods(pods: RenewedPod[]): string {
  const sorted = [...pods].sort((a, b) => compareText(podName(a), podName(b)));
  const fates = Map.groupBy(sorted, fateOf);
  const each = (fate: Fate, command: (namespace: string, names: string[]) => string) =>
    [...Map.groupBy(fates.get(fate) ?? [], ({ namespace }) => namespace)].map(([namespace, own]) =>
      command(
        shellWord(namespace),
        own.map(({ name }) => shellWord(name)),
      ),
    );
  const commands = [
    ...each('delete', (namespace, names) => `kubectl -n ${namespace} delete pod ${names.join(' ')}`),
    ...each('replace', replacePods),
  ];
  const fixed = fates.get('restart') ?? [];
  const left = fixed.length + (fates.get('none') ?? []).length;
  if (commands.length > 0)
    return `${commands.join(' && ')}${left === 0 ? '' : `  # without ${count(left, 'pod')}: see the evidence`}`;
  if (fixed.length > 0)
    return `restart ${count(fixed.length, 'static pod')} on the node: the evidence names ${fixed.length === 1 ? 'it' : 'them'}`;
  return 'the names are not valid: no command can name them';
}

/** Why a pod is not simply deleted, for evidence; none where it is. */
export function renewalNotes(pods: RenewedPod[]): string[] {
  const sorted = [...pods].sort((a, b) => compareText(podName(a), podName(b)));
  return sorted.flatMap((pod) => {
    const fate = fateOf(pod);
    if (fate === 'delete') return [];
    if (fate === 'restart')
      return [`${podName(pod)}: a static pod keeps its address until it is restarted on the node`];
    const save = fate === 'none' ? '' : ` (kubectl -n ${pod.namespace} get pod ${pod.name} -o yaml)`;
    return [`${podName(pod)}: no controller creates it again: save it first${save}`];
  });
}

type Fate = 'delete' | 'replace' | 'restart' | 'none';

function fateOf({ namespace, name, mirror, controlled }: RenewedPod): Fate {
  if (mirror) return 'restart';
  if (controlled) return 'delete';
  // The names become that of a file.
  return isNodeName(namespace) && isNodeName(name) ? 'replace' : 'none';
}

/** `replace --force` deletes, waits, and creates what the file has (kubectl pkg/cmd/replace/replace.go:forceReplace). */
function replacePods(namespace: string, names: string[]): string {
  const file = `${names[0]}.yaml`;
  const pods = names.join(' ');
  return `kubectl -n ${namespace} get pod ${pods} -o yaml > ${file} && kubectl replace --force -f ${file}`;
}
