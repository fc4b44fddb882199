import { writeFile } from 'node:fs/promises';
import { text as whole } from 'node:stream/consumers';
import { version } from '../../package.json';
import { checkObjects, type Finding } from '../../lib/policy/check-objects';
import { kubeObjects } from '../../lib/policy/kube-object';
import { failures, json, sums, table, type FailOn } from '../../lib/policy/report';
import { sarif } from '../../lib/policy/sarif';
import { View } from '../../lib/policy/view';
import { documentsIn, type Document } from '../check/documents';
import { textsAt, type Text } from '../check/files';
import { EXITS, Failure } from '../exits';
import type { Outcome, Surroundings } from '../surroundings';

/** Options of `check`. */
export interface CheckOptions {
  /** Paths. */
  readonly words: readonly string[];
  readonly kubernetes?: string;
  readonly failOn: FailOn;
  readonly format: 'table' | 'json' | 'sarif';
  readonly output?: string;
}

const REPORTS: Readonly<Record<CheckOptions['format'], (findings: readonly Finding[]) => string>> = {
  table,
  json,
  sarif: (findings) => sarif(findings, { version }),
};

/** Holds objects in files to the rules; it needs no cluster and no network. */
export async function run(
  { say }: Pick<Surroundings, 'say'>,
  options: CheckOptions,
  input = () => whole(process.stdin),
): Promise<Outcome> {
  const { words, kubernetes, failOn, format, output } = options;
  const documents = objectsIn(await textsAt(words, input), say);
  if (documents.length === 0) throw new Failure(`no Kubernetes object is in ${words.join(', ')}`, EXITS.USAGE);
  const origins = new Map(
    documents.flatMap((one) => kubeObjects([one.value]).map(({ value }): [unknown, Document] => [value, one])),
  );
  const findings = checkObjects(
    documents.map(({ value }) => value),
    {
      kubernetesVersion: kubernetes,
      locate: (object, pointer) => {
        const origin = origins.get(object);
        return origin && { file: origin.file, line: origin.lineOf(object, pointer) };
      },
    },
  );
  const report = REPORTS[format](findings);
  if (output !== undefined) await writeFile(output, report);
  return {
    lines: [output === undefined ? report.trimEnd() : `${sums(findings)}; the report is in ${output}`],
    json: {},
    exit: failures(findings, failOn).length > 0 ? EXITS.FAILED : EXITS.DONE,
  };
}

/** Documents that are objects, and every document of a file that was named itself. */
function objectsIn(texts: readonly Text[], say: (line: string) => void): Document[] {
  const problems: string[] = [];
  let others = 0;
  const documents = texts.flatMap(({ file, text, named }) => {
    try {
      const found = documentsIn(file, text).filter(({ value }) => value !== undefined && value !== null);
      const objects = named ? found : found.filter(isObject);
      others += found.length - objects.length;
      return objects;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      problems.push(error.message);
      return [];
    }
  });
  // All at once: whoever mends one does not want to wait for the next.
  if (problems.length > 0) throw new Failure(problems.join('\n'));
  if (others > 0)
    say(`${others} ${others === 1 ? 'document is' : 'documents are'} no Kubernetes objects, and passed over`);
  return documents;
}

function isObject({ value }: Document): boolean {
  const view = new View(value);
  return view.get('apiVersion').text !== undefined && view.get('kind').text !== undefined;
}
