import { ValidationError, type Located } from '../core/errors';

/** What a container asks for, and what it may use at most. */
export interface ContainerResources {
  /**
   * CPU it gets for sure, such as `250m` or `2`.
   *
   * @default 100m
   */
  readonly cpu?: string;

  /**
   * CPU it may use where there is more, such as `1`.
   *
   * @default - four times `cpu`
   */
  readonly cpuLimit?: string;

  /**
   * Memory it gets for sure, such as `256Mi`.
   *
   * @default 128Mi
   */
  readonly memory?: string;

  /**
   * Memory above which it is ended, such as `512Mi`.
   *
   * @default - `memory`: what is promised is there
   */
  readonly memoryLimit?: string;
}

/** Amounts as numbers, to add them up. */
export interface Amounts {
  /** Thousandths of a CPU. */
  readonly cpuMillis: number;
  /** Thousandths of a CPU at most. */
  readonly cpuLimitMillis: number;
  /** Bytes. */
  readonly memoryBytes: number;
  /** Bytes at most. */
  readonly memoryLimitBytes: number;
}

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/**
 * Amounts of a container.
 *
 * @throws ValidationError for text that is no amount, and for a limit below what is asked for
 */
export function amountsOf(at: Located, resources: ContainerResources): Amounts {
  const { cpu = '100m', memory = '128Mi' } = resources;
  const cpuMillis = cpuOf(at, 'resources.cpu', cpu);
  const memoryBytes = memoryOf(at, 'resources.memory', memory);
  const { cpuLimit = `${cpuMillis * 4}m`, memoryLimit = memory } = resources;
  const cpuLimitMillis = cpuOf(at, 'resources.cpuLimit', cpuLimit);
  const memoryLimitBytes = memoryOf(at, 'resources.memoryLimit', memoryLimit);
  if (cpuLimitMillis < cpuMillis) throw below(at, 'cpuLimit', cpuLimit, 'cpu', cpu);
  if (memoryLimitBytes < memoryBytes) throw below(at, 'memoryLimit', memoryLimit, 'memory', memory);
  return { cpuMillis, cpuLimitMillis, memoryBytes, memoryLimitBytes };
}

/** Amounts in the words of a container. */
export function renderResources({ cpuMillis, cpuLimitMillis, memoryBytes, memoryLimitBytes }: Amounts): object {
  return {
    requests: { cpu: cpuText(cpuMillis), memory: memoryText(memoryBytes) },
    limits: { cpu: cpuText(cpuLimitMillis), memory: memoryText(memoryLimitBytes) },
  };
}

/**
 * Thousandths of a CPU.
 *
 * @throws ValidationError for text that is no amount of CPU
 */
export function cpuOf(at: Located, property: string, text: string): number {
  const [match, number = '', milli] = /^(\d+(?:\.\d{1,3})?)(m?)$/.exec(text) ?? [];
  const value = Math.round(Number(number) * (milli === 'm' ? 1 : 1000));
  if (match !== undefined && value > 0) return value;
  throw new ValidationError(at, `${property} must be an amount of CPU above 0, got ${text}; write it as 250m or 2`);
}

/**
 * Bytes.
 *
 * @throws ValidationError for text that is no amount of memory
 */
export function memoryOf(at: Located, property: string, text: string): number {
  const [match, number = '', unit = ''] = /^(\d+(?:\.\d+)?)([kMGT]|[KMGT]i)?$/.exec(text) ?? [];
  const value = Math.round(Number(number) * (UNITS[unit] ?? 0));
  if (match !== undefined && value >= 2 ** 20) return value;
  throw new ValidationError(
    at,
    `${property} must be an amount of memory of at least 1Mi, got ${text}; write it as 256Mi or 2Gi`,
  );
}

/** Thousandths of a CPU as text. */
export function cpuText(millis: number): string {
  return millis % 1000 === 0 ? String(millis / 1000) : `${millis}m`;
}

/** Bytes as text, in the largest unit that divides them. */
export function memoryText(bytes: number): string {
  const unit = (['Ti', 'Gi', 'Mi', 'Ki'] as const).find((one) => bytes % (UNITS[one] ?? 1) === 0);
  return unit ? `${bytes / (UNITS[unit] ?? 1)}${unit}` : String(bytes);
}

function below(at: Located, limit: string, got: string, request: string, asked: string): ValidationError {
  return new ValidationError(
    at,
    `resources.${limit} must be at least resources.${request}, got ${got} below ${asked}; raise it or leave it out`,
  );
}
