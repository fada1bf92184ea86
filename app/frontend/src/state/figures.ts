/** Seconds as a person reads them: "0.4 s", "12 s", "3 min 5 s". */
export function seconds(value: number): string {
  if (value < 10) return `${value.toFixed(1)} s`;
  if (value < 60) return `${Math.round(value)} s`;
  const minutes = Math.floor(value / 60);
  return minutes < 60 ? `${minutes} min ${Math.round(value % 60)} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A count with its thousands set apart; the first number that a browser's own words are asked for costs it 30 ms. */
export const rounded = (value: number): string => String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",");

/** Bytes as a person reads them. */
export function bytes(value: number): string {
  const units = ["B", "kB", "MB", "GB"];
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit ? value.toPrecision(3) : value} ${units[unit] ?? ""}`;
}

/** How long ago something was. */
export function ago(when: string, now = Date.now()): string {
  const passed = (now - new Date(when).getTime()) / 1000;
  if (passed < 60) return "just now";
  if (passed < 3600) return `${Math.floor(passed / 60)} min ago`;
  if (passed < 86400) return `${Math.floor(passed / 3600)} h ago`;
  return new Date(when).toLocaleDateString("en", { day: "numeric", month: "short", year: "numeric" });
}
