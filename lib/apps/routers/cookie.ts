/** A pattern of the header `Cookie` that one cookie of a value matches, whether a router holds it to a part or to the whole. */
export function cookiePattern({ name, value }: { readonly name: string; readonly value: string }): string {
  return `^(.*;[ ]*)?${escaped(name)}=${escaped(value)}([ ]*;.*)?$`;
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
