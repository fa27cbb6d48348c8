import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { putConfigMap } from '../../kube/objects/config-map.ts';
import type { Wire } from '../../kube/wire/wire.ts';
import { Failure } from '../../model/failure.ts';
import type { OperationRecord } from '../../model/operation.ts';
import { asObject, asText } from '../../model/read-json.ts';

/** The API server refuses objects above 1.5 MiB of JSON (etcd's limit); ConfigMaps above 1 MiB of data (validation.go). */
const MOST_BYTES = 1024 * 1024;

/** Name of the ConfigMap of one move. Node names may be as long as a ConfigMap's, so a digest stands for the node's. */
export function configMapName({ operation, node }: OperationRecord): string {
  return `kubectl-podcidr-${operation}-${createHash('sha256').update(node).digest('hex').slice(0, 10)}`;
}

/** Writes the record into the cluster and compares what the server stored. Throws Failure, ApiError, WireError. */
export async function writeClusterCopy(wire: Wire, record: OperationRecord, aside = ''): Promise<void> {
  const text = JSON.stringify(record);
  const bytes = gzipSync(text);
  if (bytes.length > MOST_BYTES) {
    throw new Failure(
      `the backup of node ${record.node} is ${bytes.length} bytes, more than a ConfigMap holds (${MOST_BYTES})`,
    );
  }
  const stored = await putConfigMap(wire, {
    name: configMapName(record) + aside,
    labels: { 'kubectl-podcidr/operation': record.operation },
    annotations: { 'kubectl-podcidr/node': record.node, 'kubectl-podcidr/step': record.step },
    binaryData: { record: bytes.toString('base64') },
  });
  const back = asText(asObject(stored.binaryData).record) ?? '';
  if (gunzipSync(Buffer.from(back, 'base64')).toString() !== text) {
    throw new Failure(`the backup of node ${record.node} in the cluster differs from what was written`);
  }
}
