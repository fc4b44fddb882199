export { check, findingsOf, type CheckConstructsOptions } from './check-constructs';
export { checkObjects, RULES, type CheckOptions, type Finding, type Source } from './check-objects';
export { failures, json, sums, table, type FailOn } from './report';
export type { RuleWords, Severity } from './rule';
export { sarif, type SarifOptions } from './sarif';
export { WAIVE } from './waivers';
