/** A YAML body, not parsed yet: only the routes that take workflow documents do that. */
export class YamlText {
  constructor(readonly text: string) {}
}
