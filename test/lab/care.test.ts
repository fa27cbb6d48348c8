import { cureTests } from './support.ts';

cureTests({
  'vxlan, both families': { dualStack: true },
  'host-gw': { backend: 'host-gw' },
  'vxlan with DirectRouting': { backend: 'direct' },
});
