import { App as Cdk8sApp, Chart } from 'cdk8s';

/** A chart of namespace `shop`, outside any Terraform. */
export const chartOf = (namespace = 'shop') => new Chart(new Cdk8sApp(), 'chart', { namespace });

/** The objects that something puts into a chart, as data. */
export function objectsOf(build: (chart: Chart) => unknown, chart = chartOf()): any[] {
  build(chart);
  return chart.toJson();
}

/** The one object of a kind, and of a name where there are several. */
export function one(objects: readonly any[], kind: string, name?: string): any {
  const found = objects.filter(
    (object) => object.kind === kind && (name === undefined || object.metadata.name === name),
  );
  if (found.length !== 1) throw new Error(`${found.length} objects are ${kind} ${name ?? ''}`);
  return found[0];
}
