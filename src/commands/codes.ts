import { CLUSTER_CODES, type ClusterCode, CODES, type Code } from '../checks/catalogue.ts';
import { Failure } from '../model/failure.ts';
import { quote } from '../model/quote.ts';
import { didYouMean } from './nearest.ts';

/** The code that a word names, upper or lower case. Throws Failure with the nearest code. */
export function findCode(word: string): Code {
  const code = CODES.find((one) => one.toLowerCase() === word.toLowerCase());
  if (code) return code;
  throw new Failure(`there is no finding code ${quote(word)}${didYouMean(word, CODES)}`, {
    hint: 'kubectl podcidr explain lists all codes',
  });
}

/** The code of a check that needs no look at the nodes. Throws Failure for others, with the command that finds them. */
export function findClusterCode(word: string): ClusterCode {
  const code = findCode(word);
  const found = CLUSTER_CODES.find((one) => one === code);
  if (found) return found;
  throw new Failure(`${code} is seen on the node alone`, { hint: 'kubectl podcidr inspect NODE finds it' });
}
