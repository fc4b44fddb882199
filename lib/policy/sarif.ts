import type { Log, ReportingDescriptor, Result } from 'sarif';
import { RULES, type Finding } from './check-objects';
import { titleOf } from './kube-object';
import type { RuleWords } from './rule';

/** What a report says of the program that made it. */
export interface SarifOptions {
  /**
   * The version of the program.
   *
   * @default - the report does not say
   */
  readonly version?: string;
}

/**
 * Findings as SARIF 2.1.0, which code scanning of hosts and editors read; waived ones are suppressed, with their reason.
 *
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export function sarif(findings: readonly Finding[], options: SarifOptions = {}): string {
  const { version } = options;
  const log: Log = {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'cdk-container-platform check',
            ...(version !== undefined && { version }),
            rules: RULES.map(descriptorOf),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: findings.map(resultOf),
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

function descriptorOf({ id, severity, title, reason, cure, see }: RuleWords): ReportingDescriptor {
  return {
    id,
    shortDescription: { text: title },
    fullDescription: { text: reason },
    help: { text: `${reason} Cure: ${cure}.`, markdown: `${reason}\n\n**Cure**: ${cure}.` },
    helpUri: see,
    defaultConfiguration: { level: severity },
  };
}

function resultOf({ rule, severity, message, cure, object, pointer, source, waived }: Finding): Result {
  const title = titleOf(object);
  const { file, line, construct } = source ?? {};
  return {
    ruleId: rule,
    ruleIndex: RULES.findIndex(({ id }) => id === rule),
    level: severity,
    message: { text: `${title}: ${message}; ${cure}` },
    locations: [
      {
        ...(file !== undefined && {
          physicalLocation: {
            artifactLocation: { uri: uriOf(file) },
            ...(line !== undefined && { region: { startLine: line } }),
          },
        }),
        logicalLocations: [
          { kind: 'object', name: object.name, fullyQualifiedName: `${title}${pointer === '' ? '' : `#${pointer}`}` },
          ...(construct === undefined ? [] : [{ kind: 'construct', fullyQualifiedName: construct }]),
        ],
      },
    ],
    // The line moves with every edit above it; this stays.
    partialFingerprints: { 'object/v1': [rule, object.apiVersion, title, pointer, message].join(' ') },
    ...(waived !== undefined && { suppressions: [{ kind: 'inSource', status: 'accepted', justification: waived }] }),
  };
}

/** A path as a relative reference; one with a colon in its first part would be read as a scheme. */
function uriOf(file: string): string {
  const uri = file.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/');
  return uri.startsWith('/') ? `file://${uri}` : uri;
}
