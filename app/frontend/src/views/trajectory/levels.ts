/** Where the recorded levels lie on a track from noise to data: evenly in the logarithm of s. */

/** Shares of the track, 0 … 1, of levels that fall; 0 and infinity have the ends to themselves. */
export function placesOf(levels: readonly number[]): number[] {
  const finite = levels.filter((s) => s > 0 && Number.isFinite(s)).map(Math.log);
  const [high, low] = [Math.max(...finite), Math.min(...finite)];
  const evenly = finite.length < 2 || high - low < 1e-9;
  const [first, last] = [levels.some((s) => s === Infinity) ? 0.06 : 0, levels.some((s) => !(s > 0)) ? 0.94 : 1];
  return levels.map((s, number) => {
    if (evenly) return levels.length > 1 ? number / (levels.length - 1) : 0;
    if (s === Infinity) return 0;
    if (!(s > 0)) return 1;
    return first + ((high - Math.log(s)) / (high - low)) * (last - first);
  });
}

/** Which level lies nearest to a share of the track. */
export const nearestPlace = (places: readonly number[], share: number): number =>
  places.reduce((best, at, number) => (Math.abs(at - share) < Math.abs((places[best] ?? 0) - share) ? number : best), 0);
