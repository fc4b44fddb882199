import { type ChildProcess, spawn, spawnSync } from 'node:child_process';

/** How a program ended. */
export interface Ended {
  readonly code: number;
  /** What it printed on both streams, as it came. */
  readonly output: string;
  /** What it printed on the first stream alone. */
  readonly stdout: string;
  readonly seconds: number;
}

/** How a program is run. */
export interface Run {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** After so many seconds its whole process group is ended. */
  readonly limit: number;
  /** Seconds between the request to end and the end by force. */
  readonly grace?: number;
  /** Gets what it prints, as it comes; without it the output is only collected. */
  readonly print?: (text: string) => void;
}

const running = new Set<ChildProcess>();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    for (const child of running) endGroup(child, 'SIGTERM');
    // Those that clean up behind them get the time to.
    const wait = setInterval(() => {
      if (running.size === 0) process.exit(130);
    }, 200);
    setTimeout(() => {
      clearInterval(wait);
      for (const child of running) endGroup(child, 'SIGKILL');
      process.exit(130);
    }, 60_000);
  });
}

/** Runs a program in a process group of its own and waits for its end; a program that cannot be started ends with 127. */
export function run(command: string, args: readonly string[], how: Run): Promise<Ended> {
  const started = Date.now();
  const child = spawn(command, args, { cwd: how.cwd, env: how.env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  let output = '';
  let stdout = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      output += text;
      if (stream === child.stdout) stdout += text;
      how.print?.(text);
    });
  }
  let late = false;
  const limit = setTimeout(() => {
    late = true;
    endGroup(child, 'SIGTERM');
    setTimeout(
      () => {
        endGroup(child, 'SIGKILL');
      },
      (how.grace ?? 10) * 1000,
    ).unref();
  }, how.limit * 1000);
  return new Promise((resolve) => {
    const end = (code: number, last = ''): void => {
      clearTimeout(limit);
      running.delete(child);
      const words = late ? `\nended after ${how.limit} s: ${command} ${args.join(' ')}\n` : last;
      if (words) how.print?.(words);
      resolve({ code: late ? 124 : code, output: output + words, stdout, seconds: (Date.now() - started) / 1000 });
    };
    child.on('error', (error) => {
      end(127, `${error.message}\n`);
    });
    child.on('close', (code, signal) => {
      end(code ?? (signal ? 128 : 1));
    });
  });
}

/** A program that goes on until it is ended. */
export interface Background {
  readonly pid: number;
  /** What it has printed up to now. */
  output(): string;
  ended(): boolean;
  end(): Promise<void>;
}

/** Starts a program that goes on; it ends with this process at the latest. */
export function background(command: string, args: readonly string[], how: Omit<Run, 'limit'> = {}): Background {
  const child = spawn(command, args, { cwd: how.cwd, env: how.env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  const { pid } = child;
  if (pid === undefined) throw new Error(`cannot start ${command}`);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    // Only the end is of use in a message, and a chatty server should not fill the memory.
    stream.on('data', (text: string) => (output = (output + text).slice(-20_000)));
  }
  const gone = new Promise<void>((resolve) => {
    child.on('close', () => {
      running.delete(child);
      resolve();
    });
  });
  process.on('exit', () => {
    endGroup(child, 'SIGKILL');
  });
  return {
    pid,
    output: () => output,
    ended: () => child.exitCode !== null || child.signalCode !== null,
    end: async () => {
      endGroup(child, 'SIGTERM');
      const force = setTimeout(() => {
        endGroup(child, 'SIGKILL');
      }, 5_000);
      await gone;
      clearTimeout(force);
    },
  };
}

/** What a short program prints, or nothing when it fails or is not there. */
export function ask(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): string | undefined {
  const answer = spawnSync(command, args, {
    env,
    encoding: 'utf8',
    timeout: 20_000,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return answer.status === 0 ? answer.stdout + answer.stderr : undefined;
}

/** Waits for milliseconds. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function endGroup(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (child.pid === undefined || !running.has(child)) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
