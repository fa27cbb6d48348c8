import type { RawObject } from '../model/json.ts';
import { asList, asObject, asText } from '../model/read-json.ts';
import type { SurveyPod } from '../model/survey.ts';

const MIRROR = 'kubernetes.io/config.mirror';

/** Reads of a pod what concerns addresses. */
export function readPod(raw: RawObject): SurveyPod {
  const metadata = asObject(raw.metadata);
  const spec = asObject(raw.spec);
  const status = asObject(raw.status);
  const listed = asList(status.podIPs).flatMap((entry) => asText(asObject(entry).ip) || []);
  const single = asText(status.podIP);
  const phase = asText(status.phase);
  return {
    namespace: asText(metadata.namespace) ?? '',
    name: asText(metadata.name) ?? '',
    node: asText(spec.nodeName) ?? '',
    addresses: listed.length > 0 ? listed : single ? [single] : [],
    hostNetwork: spec.hostNetwork === true,
    finished: phase === 'Succeeded' || phase === 'Failed',
    running: phase === 'Running',
    deleting: asText(metadata.deletionTimestamp) !== undefined,
    mirror: asText(asObject(metadata.annotations)[MIRROR]) !== undefined,
    // A Node owns the mirrors of its static pods (pkg/kubelet/pod/mirror_client.go:CreateMirrorPod), and creates none.
    controlled: asList(metadata.ownerReferences)
      .map(asObject)
      .some((owner) => owner.controller === true && owner.kind !== 'Node'),
  };
}
