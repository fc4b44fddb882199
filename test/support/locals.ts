/** A text of Terraform's with its locals written out. */
export function withoutLocals(json: { locals?: Record<string, string> }, text: string): string {
  const plain = text.replace(/\$\{local\.(\w+)\}/g, (whole, name: string) => json.locals?.[name] ?? whole);
  return plain === text ? text : withoutLocals(json, plain);
}
