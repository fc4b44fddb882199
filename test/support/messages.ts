/** What a piece of code throws, in full; or that it throws nothing. */
export function messageOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return 'nothing is thrown';
}
