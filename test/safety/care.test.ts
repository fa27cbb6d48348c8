import { care } from '../harness/torture/scenario.ts';
import { tortureTests } from './support.ts';

tortureTests(care);
