import { ApiError } from '../kube/wire/api-error.ts';
import { Failure } from '../model/failure.ts';
import { quote } from '../model/quote.ts';
import type { ClusterSurvey, SurveyNode } from '../model/survey.ts';

/** The nodes of these names, in their order. Throws in the words of kubectl, with all names that there are not. */
export function namedNodes({ nodes, origin }: ClusterSurvey, names: string[]): SurveyNode[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const missing = names.filter((name) => !byName.has(name));
  if (missing.length === 0) return names.flatMap((name) => byName.get(name) ?? []);
  const message = `nodes ${missing.map(quote).join(', ')} not found`;
  throw origin === 'cluster' ? new ApiError(404, 'NotFound', message) : new Failure(message);
}
