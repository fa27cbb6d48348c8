import { PURPOSE } from '../../kube/objects/ours.ts';
import { listNodePods } from '../../kube/objects/pods.ts';
import type { Wire } from '../../kube/wire/wire.ts';
import type { RawObject } from '../../model/json.ts';
import { asList, asObject, asText, asTexts } from '../../model/read-json.ts';
import { canonicalAddress } from '../../subnet/address.ts';

/** A pod that runs on the pod network. */
export interface ExistingPod {
  /** NAMESPACE/NAME. */
  name: string;
  address: string;
}

/** So many pods of a node are asked: one of them may be busy, or forbidden to answer. */
const MOST = 3;

/** Some pods of the node that run and are ready, of as many namespaces as possible. Throws ApiError, WireError, Failure. */
export async function existingPods(wire: Wire, node: string): Promise<ExistingPod[]> {
  const fit = (await listNodePods(wire, node, '')).filter(isFit);
  const byNamespace = Map.groupBy(fit, ({ metadata }) => asText(asObject(metadata).namespace));
  const firsts = [...byNamespace.values()].flatMap((pods) => pods.slice(0, 1));
  return [...new Set([...firsts, ...fit])].slice(0, MOST).flatMap(({ metadata, status }) => {
    const { namespace, name } = asObject(metadata);
    const address = canonicalAddress(asText(asObject(status).podIP) ?? '');
    return address === undefined ? [] : [{ name: `${asText(namespace)}/${asText(name)}`, address }];
  });
}

function isFit({ metadata, spec, status }: RawObject): boolean {
  const { deletionTimestamp, labels } = asObject(metadata);
  const { podIP, conditions } = asObject(status);
  const isReady = asList(conditions).some((one) => asObject(one).type === 'Ready' && asObject(one).status === 'True');
  const isOurs = PURPOSE in asTexts(labels);
  return (
    isReady && !isOurs && deletionTimestamp === undefined && asObject(spec).hostNetwork !== true && !!asText(podIP)
  );
}

/** A script for `sh` that pings each address, and prints the position of those that answer. Ends with 127 where it cannot. */
export function pingScript(addresses: string[]): string {
  const asks = addresses.map((address, index) => `ask ${index} ${address} &`);
  return [
    'command -v ping >/dev/null || exit 127',
    'ask() { ping -c 2 -W 2 $2 >/dev/null 2>&1 && echo $1; }',
    ...asks,
    'wait',
  ].join('\n');
}
