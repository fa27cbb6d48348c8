import yargs, { type Argv } from 'yargs';
import type { Context } from '../commands/context.ts';
import { EXIT, type ExitCode, Failure } from '../model/failure.ts';
import { Arguments, type Parsed } from './arguments.ts';
import { kubectlArgv } from './argv.ts';
import { checkValues } from './choice.ts';
import { explain } from './explain.ts';
import { CONNECTION_FLAGS } from './flags/connection.ts';
import type { Flag, Flags } from './flags/flag.ts';
import { list } from './list.ts';
import { nearest } from './nearest.ts';
import { reassign } from './reassign.ts';
import type { Subcommand } from './subcommand.ts';
import { validate } from './validate.ts';
import { version } from './version.ts';

/** In the order of help. */
export const SUBCOMMANDS: Subcommand[] = [list, validate, explain, reassign, version];

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
  const chosen: { subcommand?: Subcommand; parsed?: Parsed } = {};
  let help = '';
  const program = SUBCOMMANDS.reduce((parser, subcommand) => declare(parser, subcommand, chosen), base());
  const allFlags = Object.assign({}, CONNECTION_FLAGS, ...SUBCOMMANDS.map(({ flags }) => flags));
  const line = kubectlArgv(argv, allFlags);
  await program.parseAsync(line.length > 0 ? line : ['--help'], {}, (error, _parsed, output) => {
    if (error) throw error;
    help = output;
  });
  if (help) {
    context.streams.out(`${help}\n`);
    return EXIT.fine;
  }
  const { subcommand, parsed } = chosen;
  if (!subcommand || !parsed) throw usageFailure(unknownCommand(argv), '');
  const args = new Arguments(parsed, words(parsed));
  checkValues(args, { ...CONNECTION_FLAGS, ...subcommand.flags });
  return subcommand.run(context, args);
}

function base(): Argv {
  const parser = yargs()
    .scriptName('kubectl podcidr')
    .usage('See, check and repair the pod subnet (podCIDR) of every node.\n\nUsage:\n  kubectl podcidr COMMAND [flags]')
    .locale('en')
    .parserConfiguration(PARSING)
    .exitProcess(false)
    .strictOptions()
    .demandCommand(0)
    .version(false)
    .help('help')
    .alias('help', 'h')
    .wrap(100)
    .fail((message, error) => {
      throw error ?? usageFailure(message, '');
    });
  return declareFlags(parser, CONNECTION_FLAGS, 'Connection flags:');
}

function declare(parser: Argv, subcommand: Subcommand, chosen: { subcommand?: Subcommand; parsed?: Parsed }): Argv {
  const { name, summary, description, examples, flags } = subcommand;
  return parser.command(
    name,
    summary,
    (own) => {
      declareFlags(own, flags, 'Flags:')
        .usage(`${description || summary}\n\nUsage:\n  ${usage(subcommand)}`)
        .example(examples.map(([command, does]) => [command, does] as [string, string]))
        .fail((message, error) => {
          throw error ?? usageFailure(describe(message, { ...CONNECTION_FLAGS, ...flags }), name);
        });
    },
    (parsed) => {
      chosen.subcommand = subcommand;
      chosen.parsed = parsed;
    },
  );
}

/** The command line of a subcommand, for help and reference. */
export function usage({ name, words: after }: Subcommand): string {
  return ['kubectl podcidr', name, after, '[flags]'].filter((part) => part !== '').join(' ');
}

function declareFlags(parser: Argv, flags: Flags, group: string): Argv {
  return Object.entries(flags).reduce((rest, [name, flag]) => rest.option(name, option(flag, group)), parser);
}

function option({ type, short, value, help }: Flag, group: string) {
  return {
    group,
    description: value ? `${help} (${value})` : help,
    ...(short ? { alias: short } : {}),
    ...(type === 'bool' ? { boolean: true } : { string: true, requiresArg: true }),
  };
}

/** Puts yargs' words about flags into kubectl's, with the flag that was most likely meant. */
function describe(message: string, flags: Flags): string {
  const [, unknown] = /^Unknown arguments?: (.*)$/.exec(message) ?? [];
  if (unknown !== undefined) {
    const [name = ''] = unknown.split(', ');
    const meant = nearest(name, Object.keys(flags));
    const dashes = name.length === 1 ? '-' : '--';
    return `unknown flag: ${dashes}${name}${meant ? `; did you mean --${meant}?` : ''}`;
  }
  const [, missing] = /^Not enough arguments following: (.*)$/.exec(message) ?? [];
  if (missing !== undefined) return `--${missing} needs a value`;
  return message;
}

function unknownCommand(argv: string[]): string {
  const word = argv.find((arg) => !arg.startsWith('-'));
  if (word === undefined) return 'no command given';
  const meant = nearest(
    word,
    SUBCOMMANDS.map(({ name }) => name),
  );
  return `unknown command ${JSON.stringify(word)} for "kubectl podcidr"${meant ? `; did you mean ${meant}?` : ''}`;
}

function usageFailure(message: string, command: string): Failure {
  const see = ['kubectl podcidr', command, '--help'].filter((part) => part !== '').join(' ');
  return new Failure(message, { hint: `See '${see}' for usage.` });
}

function words(parsed: Parsed): string[] {
  const [, ...rest] = Array.isArray(parsed._) ? parsed._.map(String) : [];
  return rest;
}
