import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { successorOf } from '../lib/policy/api-versions';
import { API_MINORS, API_VERSIONS } from '../lib/policy/api-versions.table';
import { RULES } from '../lib/policy/check-objects';

const PAGE = join(__dirname, '..', 'docs', 'policy.md');
const FROM = '<!-- rules: npx tsx scripts/policy-page.ts -->';

/** The page docs/policy.md: what people wrote, and the tables after it. */
export function page(written: string): string {
  const [head = ''] = written.split(FROM);
  const rules = RULES.map(
    ({ id, severity, title, reason, cure, see }) =>
      `| [\`${id}\`](${see}) | ${severity} | ${cell(title)} | ${cell(reason)} | ${cell(cure)} |`,
  );
  const { first, last } = API_MINORS;
  const removed = API_VERSIONS.filter((row) => row.removed !== undefined && row.removed >= first).map((row) => {
    const kinds = row.kinds.split(' ');
    const use = successorOf(row, kinds[0] ?? '', last) ?? '-';
    return `| ${row.api} | ${kinds.join(', ')} | 1.${row.removed ?? ''} | ${use} |`;
  });
  return [
    `${head}${FROM}`,
    '',
    '## Rules',
    '',
    '| rule | severity | asks for | because | cure |',
    '| --- | --- | --- | --- | --- |',
    ...rules,
    '',
    `## API versions that Kubernetes 1.${first} to 1.${last} stopped to serve`,
    '',
    '| API version | kinds | gone since | use |',
    '| --- | --- | --- | --- |',
    ...removed,
    '',
  ].join('\n');
}

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('{}', '`{}`');

if (require.main === module) writeFileSync(PAGE, page(readFileSync(PAGE, 'utf8')));
