import type { RawObject } from '../../model/json.ts';
import { asList, asObject, asText } from '../../model/read-json.ts';
import { type DrainPod, readDrainPod } from '../drain/pod.ts';

/** One pod, as far as its address goes. */
export interface CarePod extends DrainPod {
  /** Of all families; empty while it has none. */
  addresses: string[];
  /** uid of its controller. */
  controllerUID: string | undefined;
  /** A driver that registers with the kubelet: CSI or DRA. */
  driver: boolean;
}

/** The kubelet looks here for the sockets of drivers (pkg/kubelet/config/defaults.go:DefaultKubeletPluginsRegistrationDirName). */
const REGISTRY = /\/plugins_registry\/?$/;

/** Reads of a pod what after-care looks at. */
export function readCarePod(raw: RawObject): CarePod {
  const metadata = asObject(raw.metadata);
  const spec = asObject(raw.spec);
  const status = asObject(raw.status);
  const listed = asList(status.podIPs).flatMap((entry) => asText(asObject(entry).ip) ?? []);
  const first = asText(status.podIP);
  const controller = asList(metadata.ownerReferences)
    .map(asObject)
    .find((reference) => reference.controller === true);
  return {
    ...readDrainPod(raw),
    addresses: listed.length > 0 ? listed : first ? [first] : [],
    controllerUID: asText(controller?.uid),
    driver: asList(spec.volumes).some((volume) =>
      REGISTRY.test(asText(asObject(asObject(volume).hostPath).path) ?? ''),
    ),
  };
}
