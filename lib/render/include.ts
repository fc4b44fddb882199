import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { ApiObject, Chart, type ApiObjectProps } from 'cdk8s';
import type { Construct } from 'constructs';
import { ValidationError } from '../core/errors';
import { fromYaml } from './yaml';

/** The objects of a YAML file as they stand, in a chart of their own. */
export function includeYaml(at: Construct, file: string): Chart {
  const chart = new Chart(at, basename(file));
  documents(at, file)
    .flatMap((one) => items(one))
    .forEach((one, index) => {
      const props = checkObject(at, file, one, index);
      const { metadata, kind, apiVersion } = props;
      const id = [kind, ...apiVersion.split('/').slice(0, -1), metadata?.namespace, metadata?.name]
        .filter((word) => word !== undefined)
        .join('.');
      if (chart.node.tryFindChild(id)) {
        throw new ValidationError(
          at,
          `include must hold each object once, got ${kind} ${metadata?.name ?? ''} twice in ${file}; remove one`,
        );
      }
      new ApiObject(chart, id, props);
    });
  return chart;
}

function documents(at: Construct, file: string): unknown[] {
  const text = readFileSync(file, 'utf8');
  try {
    return fromYaml(text);
  } catch (error) {
    const [reason = ''] = error instanceof Error ? error.message.split('\n') : [];
    throw new ValidationError(at, `include must be YAML, got ${file} with: ${reason}`);
  }
}

/** The objects of a List, which kubectl takes for them too. */
function items(document: unknown): unknown[] {
  const { kind, items: inner } = (document ?? {}) as { kind?: unknown; items?: unknown };
  return kind === 'List' && Array.isArray(inner) ? inner : [document];
}

function checkObject(at: Construct, file: string, object: unknown, index: number): ApiObjectProps {
  const { apiVersion, kind, metadata } = (object ?? {}) as Readonly<Record<string, unknown>>;
  const { name } = (metadata ?? {}) as { name?: unknown };
  const lacking = Object.entries({ apiVersion, kind, 'metadata.name': name }).find(
    ([, value]) => typeof value !== 'string' || value === '',
  );
  if (!lacking) return object as ApiObjectProps;
  throw new ValidationError(
    at,
    `include must hold Kubernetes objects, got object ${index + 1} of ${file} without ${lacking[0]}`,
  );
}
