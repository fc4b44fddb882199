import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { Annotations, TerraformStack, type ISynthesisSession } from 'cdktf';
import type { Construct } from 'constructs';
import { chartOf, type ChartFiles } from './chart-files';
import { isDefinition, type Rendered } from './manifests';

/** Where cdktf looks for what a construct writes beside its stack's Terraform. */
const CUSTOM_SYNTHESIS = Symbol.for('cdktf/customSynthesis');
const KEEP = { 'helm.sh/resource-policy': 'keep' };

/** A chart with the folder that it is written to, from the stack's. */
export interface PlacedChart extends ChartFiles {
  /** The folder. */
  readonly path: string;
}

interface Charts {
  readonly definitions?: PlacedChart;
  readonly main?: PlacedChart;
}

/**
 * The charts of one `Workloads`: definitions of kinds, and all other objects.
 *
 * cdktf asks for a stack's Terraform twice, before and after aspects, and the second time what it says is what was written.
 */
export class ReleaseCharts {
  private rendered?: Charts;

  constructor(
    private readonly owner: Construct,
    private readonly names: { readonly definitions: string; readonly main: string },
    private readonly objects: () => readonly Rendered[],
  ) {
    Object.defineProperty(owner, CUSTOM_SYNTHESIS, {
      value: {
        onSynthesize: (session: ISynthesisSession) => {
          this.rendered = this.render();
          this.write(session, this.rendered);
        },
      },
    });
  }

  /** The chart of definitions, or nothing where there are none. */
  public definitions(): PlacedChart | undefined {
    this.rendered ??= this.render();
    return this.rendered.definitions;
  }

  /** The chart of the other objects; asked for after the other, and rendered anew the next time. */
  public main(): PlacedChart | undefined {
    const { main } = this.rendered ?? this.render();
    this.rendered = undefined;
    return main;
  }

  private render(): Charts {
    const objects = this.objects();
    const definitions = objects.filter(({ manifest }) => isDefinition(manifest)).map(kept);
    return {
      definitions: this.place(this.names.definitions, definitions),
      main: this.place(
        this.names.main,
        objects.filter(({ manifest }) => !isDefinition(manifest)),
      ),
    };
  }

  private place(name: string, objects: readonly Rendered[]): PlacedChart | undefined {
    if (objects.length === 0) return undefined;
    const chart = chartOf(this.owner, name, objects);
    return { ...chart, path: posix.join(this.folder, name, chart.hash) };
  }

  private get folder(): string {
    return posix.join('assets', TerraformStack.of(this.owner).getLogicalId(this.owner.node));
  }

  private write({ outdir, manifest }: ISynthesisSession, charts: Charts): void {
    const stack = manifest.forStack(TerraformStack.of(this.owner));
    const base = join(outdir, stack.workingDirectory);
    // Of an earlier synth: the version that is wanted now is written whole.
    rmSync(join(base, this.folder), { recursive: true, force: true });
    for (const chart of [charts.definitions, charts.main]) {
      if (!chart) continue;
      for (const [name, text] of chart.files) {
        const file = join(base, chart.path, name);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, text);
      }
      if (chart.warning !== undefined) Annotations.of(this.owner).addWarning(chart.warning);
    }
  }
}

function kept({ at, manifest }: Rendered): Rendered {
  const annotations = { ...KEEP, ...manifest.metadata.annotations };
  return { at, manifest: { ...manifest, metadata: { ...manifest.metadata, annotations } } };
}
