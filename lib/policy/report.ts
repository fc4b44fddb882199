import { table as columns } from '../core/table';
import type { Finding } from './check-objects';
import { titleOf } from './kube-object';
import { SEVERITIES, type Severity } from './rule';

/** From which severity on findings fail a check. */
export type FailOn = Severity | 'never';

/** Findings that fail a check: those that are bad enough, and that nobody waived. */
export function failures(findings: readonly Finding[], failOn: FailOn = 'error'): Finding[] {
  // Of never there is no index: nothing is bad enough.
  const worst = SEVERITIES.findIndex((severity) => severity === failOn);
  return findings.filter(({ severity, waived }) => waived === undefined && SEVERITIES.indexOf(severity) <= worst);
}

/** Findings as a table for people: one row each, those that are waived left out, and a line of sums. */
export function table(findings: readonly Finding[]): string {
  const open = findings.filter(({ waived }) => waived === undefined);
  const rows = open.map(({ severity, rule, object, pointer, message, source }) => [
    severity,
    rule,
    titleOf(object),
    placeOf(source) ?? (pointer || '/'),
    message,
  ]);
  const cures = new Map(open.map(({ rule, cure }) => [rule, cure]));
  const what = [...cures].sort(([a], [b]) => (a < b ? -1 : 1)).map(([rule, cure]) => [rule, cure]);
  return [
    ...(rows.length === 0 ? [] : [...columns([['severity', 'rule', 'object', 'where', 'what'], ...rows]), '']),
    ...(rows.length === 0 ? [] : ['What to do:', ...columns(what).map((line) => `  ${line}`), '']),
    `${sums(findings)}\n`,
  ].join('\n');
}

/** Findings as JSON, with those that are waived and their reasons. */
export function json(findings: readonly Finding[]): string {
  return `${JSON.stringify({ summary: countsOf(findings), findings }, undefined, 2)}\n`;
}

/** How many findings there are, such as `2 errors, 1 warning, 0 notes, 3 waived`. */
export function sums(findings: readonly Finding[]): string {
  const { waived, ...open } = countsOf(findings);
  const words = Object.entries(open).map(([severity, count]) => `${count} ${severity}${count === 1 ? '' : 's'}`);
  return [...words, ...(waived === 0 ? [] : [`${waived} waived`])].join(', ');
}

function countsOf(findings: readonly Finding[]) {
  const open = (severity: Severity) =>
    findings.filter((one) => one.severity === severity && one.waived === undefined).length;
  return {
    error: open('error'),
    warning: open('warning'),
    note: open('note'),
    waived: findings.filter(({ waived }) => waived !== undefined).length,
  };
}

function placeOf(source: Finding['source']): string | undefined {
  if (!source) return undefined;
  const { file, line, construct } = source;
  return file === undefined ? construct : line === undefined ? file : `${file}:${line}`;
}
