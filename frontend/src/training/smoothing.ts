/** The loss without its noise, as TensorBoard's Scalars tab smooths it. */

/** TensorBoard's own default. */
export const SMOOTHING = 0.6;

/** Exponential moving average with debiasing, so that the first values are means of what there is and not drawn to 0.
 * Values that aren't finite are passed over: what they stand at is NaN. */
export function smoothed(values: ArrayLike<number>, weight = SMOOTHING): Float64Array {
  let mean = 0;
  let seen = 0;
  return Float64Array.from(values, (value) => {
    if (!Number.isFinite(value)) return Number.NaN;
    mean = mean * weight + (1 - weight) * value;
    seen += 1;
    return weight === 1 ? value : mean / (1 - weight ** seen);
  });
}
