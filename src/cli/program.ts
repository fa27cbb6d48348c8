import yargs, { type Argv } from 'yargs';
import type { Context } from '../commands/context.ts';
import { didYouMean } from '../commands/nearest.ts';
import { EXIT, type ExitCode, Failure } from '../model/failure.ts';
import { quote } from '../model/quote.ts';
import { Arguments, type Parsed } from './arguments.ts';
import { kubectlArgv } from './argv.ts';
import { capacity } from './capacity.ts';
import { checkValues } from './choice.ts';
import { dump } from './dump.ts';
import { explain } from './explain.ts';
import { CONNECTION_FLAGS } from './flags/connection.ts';
import type { Flag, Flags } from './flags/flag.ts';
import { commandHelp, programHelp } from './help.ts';
import { inspect } from './inspect.ts';
import { list } from './list.ts';
import { lookup } from './lookup.ts';
import { operations } from './operations.ts';
import { reassign } from './reassign.ts';
import { reset } from './reset.ts';
import { restore } from './restore.ts';
import { resume } from './resume.ts';
import { rollback } from './rollback.ts';
import type { Subcommand } from './subcommand.ts';
import { validate } from './validate.ts';
import { verify } from './verify.ts';
import { version } from './version.ts';

/** In the order of help. */
export const SUBCOMMANDS: Subcommand[] = [
  list,
  validate,
  lookup,
  explain,
  inspect,
  dump,
  capacity,
  reassign,
  reset,
  restore,
  operations,
  resume,
  rollback,
  verify,
  version,
];

const HELP: Flag = { type: 'bool', short: 'h', help: 'show this help' };

const PARSING = {
  'boolean-negation': false,
  'camel-case-expansion': false,
  'dot-notation': false,
  'parse-numbers': false,
  'parse-positional-numbers': false,
  'strip-aliased': true,
};

/** Runs one command line (without the program's name) and returns its exit code. Throws Failure for bad usage. */
export async function runProgram(argv: string[], context: Context): Promise<ExitCode> {
  const flags: Flags = Object.assign(
    { help: HELP },
    CONNECTION_FLAGS,
    ...SUBCOMMANDS.map((subcommand) => subcommand.flags),
  );
  const line = kubectlArgv(argv, flags);
  const { subcommand, parsed } = await parse(line);
  const helps = parsed.help === true || line.length === 0;
  if (helps && (subcommand || words(parsed).length === 0)) {
    context.streams.out(subcommand ? commandHelp(subcommand) : programHelp(SUBCOMMANDS));
    return EXIT.fine;
  }
  if (!subcommand) throw usageFailure(unknownCommand(parsed), '');
  const args = new Arguments(parsed, words(parsed).slice(1));
  checkValues(args, { ...CONNECTION_FLAGS, ...subcommand.flags });
  const code = await subcommand.run(context, args);
  if (subcommand.reads) await context.streams.written();
  return code;
}

interface ParsedLine {
  /** Undefined when the line names none that there is. */
  subcommand: Subcommand | undefined;
  parsed: Parsed;
}

async function parse(line: string[]): Promise<ParsedLine> {
  let subcommand: Subcommand | undefined;
  const choose = (chosen: Subcommand) => {
    subcommand = chosen;
  };
  const parser = SUBCOMMANDS.reduce((rest, one) => declare(rest, one, choose), base());
  // A handler that is given parses without printing: what went wrong is thrown below.
  const parsed = await parser.parseAsync(line, {}, (error) => {
    if (error) throw error;
  });
  return { subcommand, parsed };
}

function base(): Argv {
  const parser = yargs()
    .locale('en')
    .parserConfiguration(PARSING)
    .exitProcess(false)
    .strictOptions()
    .version(false)
    .help(false)
    .fail((message, error) => {
      throw usageFailure(describe(message ?? error.message, CONNECTION_FLAGS), '');
    });
  return declareFlags(parser, { help: HELP, ...CONNECTION_FLAGS });
}

function declare(parser: Argv, subcommand: Subcommand, choose: (subcommand: Subcommand) => void): Argv {
  const { name, flags } = subcommand;
  return parser.command(
    name,
    false,
    (own) => {
      declareFlags(own, flags).fail((message, error) => {
        throw usageFailure(describe(message ?? error.message, { ...CONNECTION_FLAGS, ...flags }), name);
      });
    },
    () => choose(subcommand),
  );
}

function declareFlags(parser: Argv, flags: Flags): Argv {
  return Object.entries(flags).reduce((rest, [name, flag]) => rest.option(name, option(flag)), parser);
}

function option({ type, short }: Flag) {
  return {
    ...(short ? { alias: short } : {}),
    ...(type === 'bool' ? { boolean: true } : { string: true, requiresArg: true }),
  };
}

/** Puts yargs' words about flags into kubectl's, with the flag that was most likely meant. */
function describe(message: string, flags: Flags): string {
  const [, unknown] = /^Unknown arguments?: (.*)$/.exec(message) ?? [];
  if (unknown !== undefined) {
    const [name = ''] = unknown.split(', ');
    if (name.length === 1) return `unknown flag: -${name}`;
    return `unknown flag: --${name}${didYouMean(name, Object.keys(flags), (flag) => `--${flag}`)}`;
  }
  const [, missing] = /^Not enough arguments following: (.*)$/.exec(message) ?? [];
  if (missing !== undefined) return `${missing.length === 1 ? '-' : '--'}${missing} needs a value`;
  return message;
}

function unknownCommand(parsed: Parsed): string {
  const [word] = words(parsed);
  if (word === undefined) return 'no command given';
  const names = SUBCOMMANDS.map(({ name }) => name);
  return `unknown command ${quote(word)} for "kubectl podcidr"${didYouMean(word, names)}`;
}

function usageFailure(message: string, command: string): Failure {
  const see = ['kubectl podcidr', command, '--help'].filter((part) => part !== '').join(' ');
  return new Failure(message, { hint: `See '${see}' for usage.` });
}

function words(parsed: Parsed): string[] {
  return Array.isArray(parsed._) ? parsed._.map(String) : [];
}
