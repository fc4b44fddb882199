import { Command, CommanderError, Option } from 'commander';
import { version } from '../package.json';
import { COMMANDS, type CommandEntry } from './commands';
import { EXITS, Failure, type Exit } from './exits';
import { explain } from './explain';
import type { Outcome, Run, Surroundings } from './surroundings';
import { world, type CommonOptions } from './world';

/** Where words go, and what they are said about; tests bring their own. */
export interface Stage {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly around: (options: CommonOptions, say: (line: string) => void) => Surroundings;
}

const real: Stage = {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  around: world,
};

/** Runs one command line, without the program's name. */
export async function main(words: readonly string[], stage: Stage = real): Promise<Exit> {
  let exit: Exit = EXITS.DONE;
  const program = new Command('cdk-container-platform')
    .description('Commands for clusters of cdk-container-platform, and for what is to run on them')
    .version(version)
    .showHelpAfterError('(--help says more)')
    .addHelpText(
      'after',
      `\nIt ends with ${EXITS.DONE} when done, ${EXITS.FAILED} when it failed or found something, ${EXITS.UNWELL} when the cluster is not well, ${EXITS.USAGE} when the command line makes no sense.`,
    );
  // Before any command is added: they inherit it.
  program.exitOverride().configureOutput({ writeOut: stage.out, writeErr: stage.err });
  for (const entry of COMMANDS) {
    const command = add(program, entry);
    command.action(async () => {
      exit = await perform(entry, { ...command.opts<CommonOptions>(), words: command.args }, stage);
    });
  }
  try {
    await program.parseAsync([...words], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and version were asked for; everything else is a mistake.
    return error.exitCode === 0 ? EXITS.DONE : EXITS.USAGE;
  }
  return exit;
}

function add(program: Command, entry: CommandEntry): Command {
  const command = program.command(entry.name).description(entry.summary);
  entry.define(entry.offline ? command : common(command));
  return command;
}

function common(command: Command): Command {
  return command
    .requiredOption('--cluster <name>', "the cluster's name")
    .addOption(new Option('--region <region>', 'the region it is in').env('AWS_REGION'))
    .option('--kubeconfig <file>', 'reach the API by this file, not by the admin certificate of the secret store')
    .option('--context <name>', 'its context; without --kubeconfig, that of $KUBECONFIG')
    .option('--json', 'print one JSON object');
}

async function perform(entry: CommandEntry, options: CommonOptions, stage: Stage): Promise<Exit> {
  try {
    const { run } = await entry.load();
    const say = (line: string) => {
      stage.err(`${line}\n`);
    };
    const { lines, json, exit = EXITS.DONE } = await (run as Run<CommonOptions>)(stage.around(options, say), options);
    print(stage, options, { lines, json });
    return exit;
  } catch (error) {
    const { message, exit, details } = error instanceof Failure ? error : new Failure(explain(error));
    stage.err(`${entry.name}: ${message}\n`);
    if (options.json) print(stage, options, { lines: [], json: { ...details, error: message } });
    return exit;
  }
}

function print(stage: Stage, { json: asJson }: CommonOptions, { lines, json }: Outcome): void {
  if (asJson) stage.out(`${JSON.stringify(json, undefined, 2)}\n`);
  else for (const line of lines) stage.out(`${line}\n`);
}
