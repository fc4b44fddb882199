import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parts, pluginMirror } from '../support/folders';
import { type Ended, run } from '../support/processes';
import { Skip } from '../support/tap';

/** What a plan does to one resource. */
export interface Change {
  readonly address: string;
  readonly type: string;
  readonly actions: readonly string[];
  /** Arguments whose value changes. */
  readonly arguments: readonly string[];
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
}

/** A program that applies Terraform configuration. */
export interface Engine {
  readonly name: string;
  readonly command: string;
}

/** The two programs that users run. */
export const ENGINES: readonly Engine[] = [
  { name: 'terraform', command: 'terraform' },
  { name: 'tofu', command: join(parts, 'tofu') },
];

/** A folder in which an engine works on one stack, against one emulator. */
export class Workspace {
  public constructor(
    private readonly engine: Engine,
    public readonly folder: string,
    public readonly emulator: Readonly<Record<string, string>>,
  ) {
    mkdirSync(folder, { recursive: true });
    // Where the state is kept is the user's decision, not the stack's: the override stands beside the unchanged file.
    writeFileSync(
      join(folder, 'state_override.tf.json'),
      JSON.stringify({ terraform: { backend: { local: { path: 'terraform.tfstate' } } } }),
    );
    writeFileSync(join(folder, 'cli.tfrc'), cliConfiguration());
  }

  /** Takes a synthesized stack as it is. */
  public use(stack: string): void {
    copyFileSync(join(stack, 'cdk.tf.json'), join(this.folder, 'cdk.tf.json'));
  }

  public async init(): Promise<undefined> {
    const { code, output } = await this.call(['init', '-input=false', '-no-color'], 240);
    if (code === 0) return undefined;
    const cure =
      'the AWS provider could not be had; `terraform providers mirror FOLDER` makes a mirror of it: set TF_PLUGIN_MIRROR to that folder';
    if (pluginMirror() === undefined && process.env.CI !== 'true') throw new Skip(cure);
    throw new Error(`${output}\n${cure}`);
  }

  public async validate(): Promise<undefined> {
    const { code, output } = await this.call(['validate', '-no-color'], 120);
    if (code !== 0) throw new Error(output);
    return undefined;
  }

  /** Plans, keeps the plan as `NAME.plan`, and returns what it would change. */
  public async plan(name: string, ...more: string[]): Promise<Change[]> {
    const file = `${name}.plan`;
    await this.must(['plan', '-input=false', '-no-color', `-out=${file}`, ...more], 180);
    const shown = JSON.parse(await this.must(['show', '-json', file], 120)) as { resource_changes?: Planned[] };
    return (shown.resource_changes ?? [])
      .filter(({ mode, change }) => mode === 'managed' && !['no-op', 'read'].includes(change.actions.join()))
      .map(({ address, type, change }) => ({
        address,
        type,
        actions: change.actions,
        arguments: differing(change),
        before: change.before,
        after: change.after,
      }));
  }

  /** Applies a plan that was kept. */
  public async apply(name: string): Promise<undefined> {
    await this.must(['apply', '-input=false', '-no-color', '-parallelism=40', `${name}.plan`], 300);
    return undefined;
  }

  public async addresses(): Promise<string[]> {
    return (await this.must(['state', 'list'], 60)).split('\n').filter((line) => line !== '');
  }

  private async must(args: readonly string[], limit: number): Promise<string> {
    const { code, output, stdout } = await this.call(args, limit);
    if (code !== 0) throw new Error(`${this.engine.name} ${args.join(' ')} ended with ${code}\n${trouble(output)}`);
    return stdout;
  }

  private call(args: readonly string[], limit: number): Promise<Ended> {
    // Nothing of the user's account may be reached: only what the emulator's environment says about AWS counts.
    const own = Object.entries(process.env).filter(([name]) => !/^(AWS_|TF_)/.test(name));
    const env = {
      ...Object.fromEntries(own),
      ...this.emulator,
      TF_CLI_CONFIG_FILE: join(this.folder, 'cli.tfrc'),
      TF_IN_AUTOMATION: '1',
      CHECKPOINT_DISABLE: '1',
    };
    // An interrupted apply ends the provider's waits and writes the state.
    return run(this.engine.command, args, { cwd: this.folder, env, limit, grace: 20 });
  }
}

/** All of the changes, or only those of some kinds of action. */
export function withAction(changes: readonly Change[], ...actions: string[]): Change[] {
  return changes.filter((change) => change.actions.some((action) => actions.includes(action)));
}

/** Changes as lines for a message. */
export function listed(changes: readonly Change[]): string {
  return changes
    .map(
      ({ address, actions, arguments: names }) =>
        `${actions.join('+')} ${address} ${actions.join() === 'update' ? `(${names.join(', ')})` : ''}`,
    )
    .join('\n');
}

/** From the first error on; without one, the end. */
function trouble(output: string): string {
  const lines = output.split('\n');
  const first = lines.findIndex((line) => line.includes('Error: '));
  return (first < 0 ? lines.slice(-30) : lines.slice(first, first + 60)).join('\n');
}

interface Planned {
  readonly address: string;
  readonly mode: string;
  readonly type: string;
  readonly change: {
    readonly actions: readonly string[];
    readonly before: Readonly<Record<string, unknown>> | null;
    readonly after: Readonly<Record<string, unknown>> | null;
    readonly after_unknown?: Readonly<Record<string, unknown>>;
  };
}

function differing({ before, after, after_unknown: unknown = {} }: Planned['change']): string[] {
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {}), ...Object.keys(unknown)]);
  return [...names]
    .filter((name) => unknown[name] === true || JSON.stringify(before?.[name]) !== JSON.stringify(after?.[name]))
    .sort();
}

function cliConfiguration(): string {
  const mirror = pluginMirror();
  if (mirror === undefined) return 'disable_checkpoint = true\n';
  return `disable_checkpoint = true\nprovider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(mirror)}\n  }\n}\n`;
}
