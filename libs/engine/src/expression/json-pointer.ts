/** A member's RFC 6901 pointer: `~` and `/` in its name are escaped. */
export function pointerTo(parent: string, member: string | number): string {
  return `${parent}/${String(member).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
