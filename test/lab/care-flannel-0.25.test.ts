import { cureTests } from './support.ts';

cureTests({
  'vxlan, flannel 0.25': { flannel: '0.25' },
  'host-gw, flannel 0.25': { flannel: '0.25', backend: 'host-gw' },
  'vxlan with DirectRouting, flannel 0.25': { flannel: '0.25', backend: 'direct' },
});
