import type { RawObject } from '../../model/json.ts';
import { asObject, asText } from '../../model/read-json.ts';
import { compareText } from '../../model/text.ts';
import type { Wire } from '../wire/wire.ts';
import { listObjects } from './list.ts';

/** Messages of the Events that warn of this pod, the newest last. Throws ApiError (needs list on events), WireError, Failure. */
export async function podWarnings(wire: Wire, { metadata }: RawObject): Promise<string[]> {
  const { namespace, uid } = asObject(metadata);
  const { items } = await listObjects(wire, {
    path: `/api/v1/namespaces/${encodeURIComponent(asText(namespace) ?? '')}/events`,
    fieldSelector: `involvedObject.uid=${asText(uid) ?? ''},type=Warning`,
    freshness: 'quorum',
  });
  const time = ({ lastTimestamp, eventTime }: RawObject) => asText(lastTimestamp) ?? asText(eventTime) ?? '';
  return items
    .sort((a, b) => compareText(time(a), time(b)))
    .map(({ reason, message }) => `${asText(reason) ?? ''}: ${asText(message) ?? ''}`);
}
