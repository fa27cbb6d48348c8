import { closest } from 'fastest-levenshtein';
import { CODES, type Code } from '../checks/catalogue.ts';
import { Failure } from '../model/failure.ts';

/** The code that a word names, upper or lower case. Throws Failure with the nearest code. */
export function findCode(word: string): Code {
  const code = CODES.find((one) => one.toLowerCase() === word.toLowerCase());
  if (code) return code;
  const nearest = closest(
    word.toLowerCase(),
    CODES.map((one) => one.toLowerCase()),
  );
  const meant = CODES.find((one) => one.toLowerCase() === nearest);
  throw new Failure(`there is no finding code ${JSON.stringify(word)}, did you mean ${meant}?`, {
    hint: 'kubectl podcidr explain lists all codes',
  });
}
