import { asList, asObject, asText } from '../../model/read-json.ts';
import { requestJSON } from '../wire/json.ts';
import type { Wire } from '../wire/wire.ts';

/** A pod as a table shows it: a seventieth of its bytes, without its namespace and its second address. */
export interface PodRow {
  name: string;
  node: string;
  /** Its first address; undefined while it has none. */
  address: string | undefined;
}

const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';

/**
 * The pods of all namespaces that are bound to a node and have not finished, as rows of a table (printers.go:printPod), from the
 * watch cache. Undefined when the server sends no such table. Throws ApiError, WireError, Failure.
 */
export async function listPodRows(wire: Wire): Promise<PodRow[] | undefined> {
  const { body } = await requestJSON(wire, {
    method: 'GET',
    path: '/api/v1/pods',
    query: {
      includeObject: 'None',
      resourceVersion: '0',
      fieldSelector: 'status.phase!=Succeeded,status.phase!=Failed,spec.nodeName!=',
    },
    accept: TABLE,
  });
  const columns = asList(body.columnDefinitions).map((column) => asText(asObject(column).name) ?? '');
  const [name, node, address] = ['Name', 'Node', 'IP'].map((wanted) => columns.indexOf(wanted));
  if (body.kind !== 'Table' || name === undefined || node === undefined || address === undefined) return undefined;
  if (name < 0 || node < 0 || address < 0) return undefined;
  return asList(body.rows).map((row) => {
    const cells = asList(asObject(row).cells);
    return { name: cell(cells[name]) ?? '', node: cell(cells[node]) ?? '', address: cell(cells[address]) };
  });
}

/** What is not there is printed as <none>. */
function cell(value: Parameters<typeof asText>[0]): string | undefined {
  const text = asText(value);
  return text === '<none>' ? undefined : text;
}
