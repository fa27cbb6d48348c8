import test from 'ava';
import type { OperationManifest, OperationRecord, Verb } from '../../../src/model/operation.ts';
import { eventMessage } from '../../../src/render/event.ts';

const moved: Pick<OperationRecord, 'from' | 'to' | 'step'> = {
  from: ['10.244.77.0/24'],
  to: ['10.244.255.0/24'],
  step: 'finished',
};

function message(verb: Verb, record: Partial<typeof moved> = {}, more: Partial<OperationManifest> = {}): string {
  return eventMessage({ verb, operation: '20261121-034501-1f2e3d', ...more }, { ...moved, ...record }, 'alice@bastion');
}

test('each verb tells in its own words what has changed, by whom and in which operation', (t) => {
  const by = 'by alice@bastion (operation 20261121-034501-1f2e3d)';
  t.is(message('reassign'), `pod CIDR changed from 10.244.77.0/24 to 10.244.255.0/24 ${by}`);
  t.is(message('reassign', { from: [] }), `pod CIDR set to 10.244.255.0/24 ${by}`);
  t.is(
    message('reassign', { to: ['10.244.255.0/24', 'fd00:1::/64'] }),
    `pod CIDR changed from 10.244.77.0/24 to 10.244.255.0/24,fd00:1::/64 ${by}`,
  );
  t.is(
    message('reset'),
    `Node created again without a pod CIDR; pod CIDR changed from 10.244.77.0/24 to 10.244.255.0/24 ${by}`,
  );
  t.is(message('restore'), `Node created again from a backup, pod CIDR 10.244.255.0/24, ${by}`);
  t.is(
    message('rollback', {}, { of: '20261120-010203-aabbcc' }),
    'pod CIDR changed back from 10.244.77.0/24 to 10.244.255.0/24 by alice@bastion (operation 20261121-034501-1f2e3d, which rolls back 20261120-010203-aabbcc)',
  );
  t.is(message('rollback', { step: 'undone' }), `Node created again with its former pod CIDR 10.244.77.0/24 ${by}`);
});
