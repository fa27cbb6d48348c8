import type { Flags } from './flag.ts';

/** Reads a dump instead of a cluster. */
export const SOURCE_FLAGS: Flags = {
  filename: {
    type: 'texts',
    short: 'f',
    value: 'FILE',
    help: "read a dump ('kubectl get … -o yaml' or json; - is standard input) instead of the cluster; may be repeated",
  },
};
