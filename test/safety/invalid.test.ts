import { invalid } from '../harness/torture/scenario.ts';
import { tortureTests } from './support.ts';

// The swap of each of its Nodes is that of `reassign`.
tortureTests(invalid, { swap: false });
