import { care } from '../harness/torture/scenario.ts';
import { tortureTests } from './support.ts';

// It comes after the swap of reassign.test.ts.
tortureTests(care, { swap: false });
