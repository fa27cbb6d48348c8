import { recogniseCNI } from '../cni/recognise.ts';
import type { SurveyNode, SurveyPod } from '../model/survey.ts';
import { renderAge } from './age.ts';
import { renderUsage, usageOf } from './usage.ts';

/** What a row of `list` is made from. */
export interface ListRow {
  node: SurveyNode;
  /** Finding codes; empty: the node is fine. */
  codes: string[];
  /** The pods on this node; undefined when they are not known. */
  pods: SurveyPod[] | undefined;
  /** Milliseconds since the epoch. */
  now: number;
}

export interface Column {
  header: string;
  cell(row: ListRow): string;
}

const NAME: Column = { header: 'NAME', cell: ({ node }) => node.name };

const POD_CIDR: Column = { header: 'POD-CIDR', cell: ({ node }) => node.podCIDRs.join(',') };

export const STATUS: Column = { header: 'STATUS', cell: ({ codes }) => (codes.length === 0 ? 'OK' : codes.join(',')) };

const AGE: Column = {
  header: 'AGE',
  cell: ({ node, now }) => renderAge(node.createdAt === undefined ? undefined : now - node.createdAt),
};

/** Pod addresses in use and usable, of the node's first readable subnet, IPv4 before IPv6. */
const USED: Column = { header: 'USED/USABLE', cell: ({ node, pods }) => renderUsage(usageOf(node, pods)) };

const INTERNAL_IP: Column = {
  header: 'INTERNAL-IP',
  cell: ({ node }) =>
    node.addresses
      .filter(({ type }) => type === 'InternalIP')
      .map(({ address }) => address)
      .join(','),
};

const CNI: Column = {
  header: 'CNI',
  cell: ({ node }) => {
    const trace = recogniseCNI(node);
    return trace ? [trace.name, ...trace.facts].join(' ') : '';
  },
};

/** The columns of `list` and of `list -o wide`, in their order. */
export const COLUMNS: Column[] = [NAME, POD_CIDR, STATUS, AGE];
export const WIDE_COLUMNS: Column[] = [...COLUMNS, USED, INTERNAL_IP, CNI];
