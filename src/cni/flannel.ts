import type { Family } from '../model/cidr.ts';
import { asText, parseObject } from '../model/read-json.ts';
import type { SurveyNode } from '../model/survey.ts';
import type { CNITrace } from './cni.ts';

const PREFIX = 'flannel.alpha.coreos.com/';

/**
 * flannel, also as part of canal, k3s and rke2: it annotates its own Node (pkg/subnet/kube/kube.go:AcquireLease).
 * It takes the subnet from spec.podCIDR(s) and from nowhere else.
 */
export function recogniseFlannel({ annotations }: SurveyNode): CNITrace | undefined {
  if (!Object.keys(annotations).some((key) => key.startsWith(PREFIX))) return undefined;
  const backend = annotations[`${PREFIX}backend-type`];
  const address = annotations[`${PREFIX}public-ip-overwrite`] ?? annotations[`${PREFIX}public-ip`];
  const addressV6 = annotations[`${PREFIX}public-ipv6-overwrite`] ?? annotations[`${PREFIX}public-ipv6`];
  const facts = [backend, address, addressV6].filter((fact): fact is string => !!fact);
  return { name: 'flannel', follows: 'yes', facts };
}

/** What flannel on a node tells its peers of one family. */
export interface FlannelAddress {
  /** Where peers send to. */
  publicIP: string | undefined;
  /** Somebody has chosen publicIP; flannel did not find it on a device. */
  isChosen: boolean;
  /** Of its vxlan device, lower case. */
  mac: string | undefined;
  /** The vxlan device, by its number in the annotation: flannel.1. */
  device: string;
}

/** What flannel on a node tells its peers. */
export interface FlannelLease {
  /** vxlan, host-gw, … */
  backend: string;
  addresses: Record<Family, FlannelAddress>;
}

/** Annotations by family: address, what takes its place (v0.10.0; node-public-ip since v0.25.3), backend data; name of the device. */
const KEYS: Record<Family, { publicIP: string; chosen: string[]; data: string; device: string }> = {
  IPv4: {
    publicIP: 'public-ip',
    chosen: ['public-ip-overwrite', 'node-public-ip'],
    data: 'backend-data',
    device: 'flannel',
  },
  IPv6: {
    publicIP: 'public-ipv6',
    chosen: ['public-ipv6-overwrite', 'node-public-ipv6'],
    data: 'backend-v6-data',
    device: 'flannel-v6',
  },
};

/**
 * What a Node's annotations tell flannel's peers; undefined when peers ignore the node
 * (pkg/subnet/kube/kube.go:handleAddLeaseEvent, nodeToLease).
 */
export function flannelLease({ annotations }: SurveyNode): FlannelLease | undefined {
  const backend = annotations[`${PREFIX}backend-type`];
  if (annotations[`${PREFIX}kube-subnet-manager`] !== 'true' || backend === undefined) return undefined;
  const of = (family: Family): FlannelAddress => {
    const { publicIP, chosen, data, device } = KEYS[family];
    const { VtepMAC, VNI } = parseObject(annotations[PREFIX + data] ?? '') ?? {};
    return {
      publicIP: annotations[PREFIX + publicIP],
      isChosen: chosen.some((key) => annotations[PREFIX + key] !== undefined),
      mac: asText(VtepMAC)?.toLowerCase(),
      // Older than v0.14 it does not tell its number, which is 1 unless somebody set it.
      device: `${device}.${typeof VNI === 'number' ? VNI : 1}`,
    };
  };
  return { backend, addresses: { IPv4: of('IPv4'), IPv6: of('IPv6') } };
}
