import { CATALOGUE, finderOf } from '../checks/catalogue.ts';
import { EXIT, type ExitCode } from '../model/failure.ts';
import { renderCatalogue, renderExplanation } from '../render/explanation.ts';
import { findCode } from './codes.ts';
import type { Context } from './context.ts';

export interface ExplainArgs {
  /** None: list all. */
  codes: string[];
}

/** `explain`: what findings mean. Contacts nobody. */
export async function runExplain({ streams }: Context, { codes }: ExplainArgs): Promise<ExitCode> {
  const found = codes.map(findCode);
  if (found.length === 0) streams.out(renderCatalogue(CATALOGUE, streams.columns));
  else streams.out(found.map((code) => renderExplanation(code, CATALOGUE[code], finderOf(code))).join('\n'));
  return EXIT.fine;
}
