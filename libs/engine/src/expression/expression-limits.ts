/** Characters of one expression: longer ones are generated, and compiling them holds up everybody else. */
export const MOST_EXPRESSION = 10_000;
/** Nesting of one expression; a chain of operators counts one a link. Far below what overflows the stack. */
export const MOST_DEPTH = 500;
/** Characters that one operator or function may give: as much as a node's result may have by default. */
export const MOST_TEXT = 1_000_000;
