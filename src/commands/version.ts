import { EXIT, type ExitCode } from '../model/failure.ts';
import type { Context } from './context.ts';

/** Prints the version of this program; the server is not asked. */
export async function runVersion(
  { streams, version }: Context,
  output: 'json' | 'yaml' | undefined,
): Promise<ExitCode> {
  if (output === undefined) {
    streams.out(`${version}\n`);
    return EXIT.fine;
  }
  const { renderDocument } = await import('../render/document.ts');
  streams.out(renderDocument({ apiVersion: 'kubectl-podcidr/v1', kind: 'Version', version }, output));
  return EXIT.fine;
}
