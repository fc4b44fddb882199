import { Release } from '@cdktf/provider-helm/lib/release';
import type { ITerraformDependable } from 'cdktf';
import type { Construct } from 'constructs';
import { ValidationError } from '../core/errors';
import type { PlacedChart } from './release-charts';

/** What is known of a release before its chart is rendered. */
export interface ChartReleaseProps {
  /** The release's name. */
  readonly name: string;
  /** Its namespace. */
  readonly namespace: string;
  /** Whether a failure is undone. */
  readonly atomic: boolean;
  /** Whether objects are waited for. */
  readonly wait: boolean;
  /** Seconds that may take. */
  readonly timeout: number;
  /** Revisions that are kept. */
  readonly maxHistory: number;
  /** What must be there before. */
  readonly dependsOn: readonly ITerraformDependable[];

  /**
   * A release that must be there before, if it has objects.
   *
   * @default - none
   */
  readonly after?: ChartRelease;
}

/** A Helm release of a chart that is rendered when all objects are there; without objects there is none. */
export class ChartRelease extends Release {
  private readonly source: () => PlacedChart | undefined;
  private readonly before: readonly string[];
  private readonly last?: { readonly release: ChartRelease; readonly name: string };

  constructor(scope: Construct, id: string, props: ChartReleaseProps, source: () => PlacedChart | undefined) {
    const { name, namespace, atomic, wait, timeout, maxHistory, dependsOn, after } = props;
    super(scope, id, {
      ...{ name, namespace, atomic, wait, timeout, maxHistory },
      waitForJobs: wait,
      chart: '',
      dependsOn: [...dependsOn, ...(after ? [after] : [])],
    });
    const names = this.dependsOn ?? [];
    const last = names.at(-1);
    this.source = source;
    this.last = after && last !== undefined ? { release: after, name: last } : undefined;
    this.before = after ? names.slice(0, -1) : names;
  }

  public override toTerraform(): unknown {
    const waits = this.last?.release.source() ? [this.last.name] : [];
    const chart = this.source();
    if (!chart) return {};
    this.chart = chart.path;
    if (chart.values === undefined) this.resetTfValues();
    else this.values = [chart.values];
    this.dependsOn = [...this.before, ...waits];
    return super.toTerraform();
  }

  public override toHclTerraform(): never {
    throw new ValidationError(
      this,
      'synth output must be JSON, got HCL, which has no charts beside it; leave --hcl out',
    );
  }
}
