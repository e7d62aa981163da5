/** Name and value of one field, each character one byte: what a charset makes of them does not matter to a signature. */
export type FormField = readonly [name: string, value: string];

/** The fields of a urlencoded form in the order sent, decoded to bytes; a `%` that begins no escape stands for itself. */
export function formFields(body: Buffer): FormField[] {
  return body
    .toString('latin1')
    .split('&')
    .filter((field) => field !== '')
    .map((field) => {
      const at = field.indexOf('=');
      return at < 0 ? [decode(field), ''] : [decode(field.slice(0, at)), decode(field.slice(at + 1))];
    });
}

function decode(text: string): string {
  return text
    .replaceAll('+', ' ')
    .replace(/%([0-9a-f]{2})/gi, (_escape, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

/**
 * Every name directly followed by its value, by name; several values of one name once each, sorted.
 * Source: https://www.twilio.com/docs/usage/security and the order of its official libraries
 */
export function sortedForm(fields: readonly FormField[]): Buffer {
  const valuesByName = new Map<string, Set<string>>();
  for (const [name, value] of fields) {
    const values = valuesByName.get(name) ?? new Set();
    valuesByName.set(name, values.add(value));
  }
  const text = [...valuesByName.keys()]
    .sort()
    .flatMap((name) => [...valuesByName.get(name)!].sort().map((value) => name + value));
  return Buffer.from(text.join(''), 'latin1');
}

/** `name=value` joined by `&`, by name, without some; null when a name is there twice, since its meaning is then open. */
export function sortedParams(fields: readonly FormField[], without: readonly string[]): Buffer | null {
  const valueByName = new Map(fields);
  if (valueByName.size !== fields.length) return null;
  const names = [...valueByName.keys()].filter((name) => !without.includes(name)).sort();
  return Buffer.from(names.map((name) => `${name}=${valueByName.get(name)!}`).join('&'), 'latin1');
}
