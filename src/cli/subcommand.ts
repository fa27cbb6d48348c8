import type { Context } from '../commands/context.ts';
import type { ExitCode } from '../model/failure.ts';
import type { Arguments } from './arguments.ts';
import type { Flags } from './flags/flag.ts';

/** One subcommand as the user sees it. Help, the reference in docs and the parser are made from it. */
export interface Subcommand {
  name: string;
  /** What follows the name, for example `[NODE…]`; empty when nothing does. */
  words: string;
  /** One line, for the list of commands. */
  summary: string;
  /** Further lines of its help. */
  description: string;
  /** Command lines with what they do, for help. */
  examples: [command: string, does: string][];
  /** Its own flags; the connection flags belong to every command. */
  flags: Flags;
  /** True when what it prints is all that it does: if that is lost, it has failed. */
  reads: boolean;
  run(context: Context, args: Arguments): Promise<ExitCode>;
}
