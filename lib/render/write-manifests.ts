import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Chart, Names, type App } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { ValidationError } from '../core/errors';
import type { PodSecurityLevel } from '../core/pod-security';
import { inOrderOf } from './order';
import { groupOf, isDefinition, rank, renderObjects, type Manifest, type Rendered } from './manifests';
import { acceptTerraform, replaceTerraform } from './terraform';
import { toYaml } from './yaml';

const HEAD = '# Written by cdk-container-platform; what is changed here is lost.\n';
const SUFFIX = '.k8s.yaml';

/** How manifests are written. */
export interface WriteManifestsOptions {
  /**
   * The folder; files of an earlier call that are no more written are removed from it.
   *
   * @default - the app's own: `dist`, or what `cdk8s synth` asks for
   */
  readonly folder?: string;

  /**
   * The Pod Security level of Namespaces that name none.
   *
   * @default baseline
   */
  readonly podSecurity?: PodSecurityLevel;
}

/**
 * Writes the objects of an app, or of one of its charts, for kubectl and GitOps: a file for each chart.
 *
 * Namespaces and definitions of kinds come first; where charts depend on each other, files are numbered.
 *
 * @throws ValidationError for values of Terraform, Secrets with content, and what an object's own checks find
 * @example
 * writeManifests(app);
 */
export function writeManifests(source: App | Chart, options: WriteManifestsOptions = {}): void {
  const { root } = source.node;
  const { folder = outdirOf(source), podSecurity = 'baseline' } = options;
  acceptTerraform(root);
  checkAll(source);
  const objects = renderObjects([source], { podSecurity }).map(known);
  const files = filesOf(source, objects);
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) {
    if (name.endsWith(SUFFIX) && !files.has(name) && readFileSync(join(folder, name), 'utf8').startsWith(HEAD)) {
      rmSync(join(folder, name));
    }
  }
  for (const [name, text] of files) writeFileSync(join(folder, name), text);
}

function outdirOf({ node }: IConstruct): string {
  const { outdir, outputFileExtension } = node.root as Partial<App>;
  if (outdir !== undefined && outputFileExtension !== undefined) return outdir;
  throw new ValidationError({ node }, 'folder must be given for a chart that is in no app of cdk8s, got none');
}

/** What constructs themselves find wrong, of the whole app as in cdk8s. */
function checkAll(source: IConstruct): void {
  for (const at of source.node.root.node.findAll()) {
    for (const problem of at.node.validate()) throw new ValidationError(at, problem);
  }
}

function known({ at, manifest }: Rendered): Rendered {
  replaceTerraform(at, manifest, (_, field) => {
    throw new ValidationError(
      at,
      `${field} must be known at synth, got a value of Terraform; put the object into Workloads, which hands it over`,
    );
  });
  return { at, manifest };
}

function filesOf(source: IConstruct, objects: readonly Rendered[]): Map<string, string> {
  const charts = new Map<Chart, Rendered[]>();
  for (const one of objects) {
    const chart = Chart.of(one.at);
    const others = charts.get(chart);
    if (others) others.push(one);
    else charts.set(chart, [one]);
  }
  const dependencies = chartDependencies(source, charts);
  const numbered = [...dependencies.values()].some(({ size }) => size > 0);
  return new Map(
    inOrderOf(dependencies).map((chart, index) => {
      const sorted = (charts.get(chart) ?? []).map(({ manifest }) => manifest).sort((a, b) => rank(a) - rank(b));
      const number = numbered ? `${String(index).padStart(4, '0')}-` : '';
      return [`${number}${Names.toDnsLabel(chart)}${SUFFIX}`, HEAD + toYaml(sorted)];
    }),
  );
}

/** Charts that must come before others: said so, or since they bring a namespace or a kind. */
function chartDependencies(
  source: IConstruct,
  charts: ReadonlyMap<Chart, readonly Rendered[]>,
): Map<Chart, Set<Chart>> {
  const found = new Map([...charts.keys()].map((chart) => [chart, new Set<Chart>()]));
  const bringing = new Map<string, Chart>();
  for (const [chart, objects] of charts) {
    for (const { manifest } of objects) for (const name of brings(manifest)) bringing.set(name, chart);
  }
  for (const [chart, objects] of charts) {
    for (const { manifest } of objects) {
      for (const name of needs(manifest)) {
        const other = bringing.get(name);
        if (other && other !== chart) found.get(chart)?.add(other);
      }
    }
  }
  for (const at of source.node.findAll()) {
    for (const target of at.node.dependencies) {
      for (const before of chartsOf(target)) {
        for (const after of chartsOf(at)) if (after !== before && found.has(before)) found.get(after)?.add(before);
      }
    }
  }
  return found;
}

function brings({ kind, metadata, spec }: Manifest): string[] {
  if (kind === 'Namespace') return [`namespace ${metadata.name}`];
  if (!isDefinition({ kind })) return [];
  const { group, names } = spec as { group: string; names: { kind: string } };
  return [`kind ${group}/${names.kind}`];
}

function needs({ apiVersion, kind, metadata }: Manifest): string[] {
  const definition = `kind ${groupOf(apiVersion)}/${kind}`;
  return metadata.namespace === undefined ? [definition] : [definition, `namespace ${metadata.namespace}`];
}

/** The chart that a construct is in, or those below it. */
function chartsOf(at: IConstruct): Chart[] {
  const own = [...at.node.scopes].reverse().find((one) => Chart.isChart(one));
  return own ? [own] : at.node.findAll().filter((one): one is Chart => Chart.isChart(one));
}
