import type { Json } from '../../model/json.ts';
import type { CNIConfigFile, HostLocal, SubnetEnv } from '../../model/node-facts.ts';
import { asList, asObject, asText } from '../../model/read-json.ts';
import { compareText } from '../../model/text.ts';
import { readAddress } from '../../subnet/address.ts';
import { type Piece, splitPieces } from './parts.ts';

/** Reads subnet.env (flannel pkg/subnet/subnet.go:WriteSubnetFile). Networks may be a list with commas. */
export function readSubnetEnv(text: string): SubnetEnv {
  const entries = text.split('\n').map((line) => /^\s*(\w+)=(.*?)\s*$/.exec(line));
  const values = new Map(entries.flatMap((entry) => (entry ? [[entry[1] ?? '', entry[2] ?? '']] : [])));
  const list = (...keys: string[]) =>
    keys.flatMap((key) => (values.get(key) ?? '').split(',')).filter((value) => value !== '');
  const mtu = values.get('FLANNEL_MTU');
  return {
    networks: list('FLANNEL_NETWORK', 'FLANNEL_IPV6_NETWORK'),
    subnets: list('FLANNEL_SUBNET', 'FLANNEL_IPV6_SUBNET'),
    mtu: mtu === undefined ? undefined : Number(mtu),
  };
}

/** Reads the pieces `@@file PATH`, in the order in which the runtime takes them. */
export function readCNIConfigs(text: string): CNIConfigFile[] {
  return splitPieces(text, 'file')
    .map(readConfig)
    .sort((a, b) => compareText(a.file, b.file));
}

/** A list of plugins (.conflist), or a single one. */
function readConfig({ name: file, text }: Piece): CNIConfigFile {
  try {
    const value: Json = JSON.parse(text);
    const { name, plugins, type } = asObject(value);
    const types = plugins === undefined ? [type] : asList(plugins).map((plugin) => asObject(plugin).type);
    return { file, network: asText(name) ?? '', plugins: types.flatMap((one) => asText(one) ?? []) };
  } catch {
    return { file, network: undefined, plugins: [] };
  }
}

/**
 * Reads the time of the node, then a line for each file below /var/lib/cni/networks: when it was written, its path. Files that
 * host-local names otherwise (last_reserved_ip.0, lock) are left out.
 */
export function readHostLocal(text: string): HostLocal[] {
  const [now = '', ...lines] = text.split('\n');
  const held = lines.flatMap((line) => {
    const [, written, network, address] = /^(\d+) \.\/([^/]+)\/([^/]+)$/.exec(line) ?? [];
    if (written === undefined || network === undefined || address === undefined || !readAddress(address)) return [];
    return [{ network, address, age: Math.max(0, Number(now) - Number(written)) }];
  });
  return [...Map.groupBy(held, ({ network }) => network)].map(([network, group]) => ({
    network,
    held: group.map(({ address, age }) => ({ address, age })).sort((a, b) => compareText(a.address, b.address)),
  }));
}
