import { rollback } from '../harness/torture/scenario.ts';
import { tortureTests } from './support.ts';

// The way back is a reassignment, too: its swap is that of `reassign`.
tortureTests(rollback, { swap: false });
