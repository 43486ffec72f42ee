/** Throws with `message` unless `condition` holds: for data that comes from outside. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(message);
}
