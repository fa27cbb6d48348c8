import { EXIT, type ExitCode } from '../model/failure.ts';
import { renderJSON } from '../render/json.ts';
import { renderYAML } from '../render/yaml.ts';
import type { Context } from './context.ts';

/** Prints the version of this program; the server is not asked. */
export function runVersion({ streams, version }: Context, output: 'json' | 'yaml' | undefined): ExitCode {
  const value = { apiVersion: 'kubectl-podcidr/v1', kind: 'Version', version };
  const text = { json: () => renderJSON(value), yaml: () => renderYAML(value), plain: () => `${version}\n` };
  streams.out(text[output ?? 'plain']());
  return EXIT.fine;
}
