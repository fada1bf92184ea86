/** The arithmetic that may be typed into a number field: `1/3`, `2e-3`, `2^10`, `(1 + sqrt(5)) / 2`, `pi`. */

const TOKEN = /\s*(?:(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|([a-z]+)|(\*\*|[-+*/^()]))/y;

const NAMES: Record<string, number> = { pi: Math.PI, e: Math.E, inf: Infinity, infinity: Infinity };
const FUNCTIONS: Record<string, (value: number) => number> = {
  sqrt: Math.sqrt,
  exp: Math.exp,
  log: Math.log,
  ln: Math.log,
  abs: Math.abs,
  round: Math.round,
};

function tokens(text: string): string[] | null {
  const found: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const match = TOKEN.exec(text);
    if (!match) return null;
    found.push(match[0].trim());
  }
  return found;
}

/** The value of what was typed; null where it is no arithmetic. */
export function evaluate(typed: string): number | null {
  const text = typed.trim().toLowerCase().replaceAll("∞", "inf").replaceAll("−", "-").replaceAll("π", "pi");
  const list = tokens(text);
  if (!list?.length) return null;
  let at = 0;
  const take = (...wanted: string[]): string | undefined => {
    const next = list[at];
    if (next === undefined || !wanted.includes(next)) return undefined;
    at++;
    return next;
  };

  function sum(): number {
    let value = product();
    for (let sign = take("+", "-"); sign; sign = take("+", "-")) value += sign === "+" ? product() : -product();
    return value;
  }
  function product(): number {
    let value = signed();
    for (let sign = take("*", "/"); sign; sign = take("*", "/")) value = sign === "*" ? value * signed() : value / signed();
    return value;
  }
  function signed(): number {
    const sign = take("+", "-");
    if (sign) return sign === "-" ? -signed() : signed();
    const base = atom();
    return take("^", "**") ? base ** signed() : base;
  }
  function atom(): number {
    if (take("(")) {
      const value = sum();
      return take(")") ? value : NaN;
    }
    const next = list?.[at++] ?? "";
    const named = NAMES[next];
    if (named !== undefined) return named;
    const called = FUNCTIONS[next];
    if (called) return list?.[at] === "(" ? called(atom()) : NaN;
    return /^[\d.]/.test(next) ? Number(next) : NaN;
  }

  const value = sum();
  return at === list.length && !Number.isNaN(value) ? value : null;
}
