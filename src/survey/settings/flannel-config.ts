import type { FlannelConfig } from '../../model/cluster-facts.ts';
import type { JsonObject, RawObject } from '../../model/json.ts';
import { quote } from '../../model/quote.ts';
import { asObject, asText, parseObject } from '../../model/read-json.ts';
import { readSloppily } from '../../subnet/parse.ts';
import type { Collection } from '../collection.ts';
import { isConfigMap, keepData, readConfigMaps, sourceOf } from './config-map.ts';

/** As flannel's manifests (since v0.19.0 and before), canal's and rke2's charts name it. */
const NAMES = [
  { namespace: 'kube-flannel', name: 'kube-flannel-cfg' },
  { namespace: 'kube-system', name: 'kube-flannel-cfg' },
  { namespace: 'kube-system', name: 'canal-config' },
  { namespace: 'kube-system', name: 'rke2-canal-config' },
];
const KEY = 'net-conf.json';

/** flannel's net-conf.json. */
export const flannelConfigs: Collection = {
  what: "flannel's ConfigMap",
  any: "flannel's ConfigMap",
  told: ['ConfigMap'],
  holds: (object) => isConfigMap(object, NAMES),
  read: (wire) => readConfigMaps(wire, NAMES),
  keep: (object) => keepData(object, { [KEY]: asText(asObject(object.data)[KEY]) ?? '' }),
};

/** One for each ConfigMap that has a net-conf.json. */
export function readFlannelConfigs(configMaps: RawObject[]): FlannelConfig[] {
  return configMaps.flatMap((configMap) => {
    const text = asText(asObject(configMap.data)[KEY]);
    if (text === undefined || text === '') return [];
    const { namespace, name } = asObject(configMap.metadata);
    const where = {
      source: `${sourceOf(configMap)} ${KEY}`,
      configMap: { namespace: asText(namespace) ?? '', name: asText(name) ?? '' },
    };
    // JSON alone, as flannel reads it: what YAML would forgive, flannel does not.
    const config = parseObject(text);
    if (config === undefined) return [{ ...where, networks: [], backend: '', problem: 'it is no JSON object' }];
    return [{ ...where, ...readNetConf(config) }];
  });
}

/** IPv4 is on unless it is turned off, IPv6 off unless it is turned on (pkg/subnet/config.go:ParseConfig). */
function readNetConf(config: JsonObject): Pick<FlannelConfig, 'networks' | 'backend' | 'problem'> {
  const texts = [
    ...(config.EnableIPv4 === false ? [] : [asText(config.Network) ?? '']),
    ...(config.EnableIPv6 === true ? [asText(config.IPv6Network) ?? ''] : []),
  ].filter((text) => text !== '');
  const blocks = texts.map((text) => ({ text, block: readSloppily(text) }));
  const bad = blocks.find(({ block }) => block === undefined);
  return {
    networks: blocks.flatMap(({ text, block }) => (block ? [{ block, written: text }] : [])),
    // Without a type it is udp (parseBackendType).
    backend: asText(asObject(config.Backend).Type) ?? 'udp',
    problem: bad && `${quote(bad.text)} is not a subnet`,
  };
}
