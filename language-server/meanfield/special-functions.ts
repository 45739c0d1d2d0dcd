/**
 * erf, erfc and erfcx to double precision, and the normal density and distribution function.
 *
 * Rational Chebyshev approximations: W. J. Cody 1969, Mathematics of Computation 23, 631–637, with the coefficients of his CALERF.
 */

const inverseSqrtPi = 1 / Math.sqrt(Math.PI);

/** Error function, relative error below 1e-15. */
export const erf = (x: number): number => (Math.abs(x) <= 0.46875 ? erfNearZero(x) : Math.sign(x) * (1 - erfc(Math.abs(x))));

/** 1 − erf, relative error below 1e-14 also in the far tail. */
export function erfc(x: number): number {
  if (Math.abs(x) <= 0.46875) return 1 - erfNearZero(x);
  const y = Math.abs(x);
  const tail = gaussian(y) * scaledTail(y);
  return x > 0 ? tail : 2 - tail;
}

/** e^{x²} erfc(x), which neither under- nor overflows for x ≥ −26. */
export function erfcx(x: number): number {
  if (Math.abs(x) <= 0.46875) return Math.exp(x * x) * (1 - erfNearZero(x));
  return x > 0 ? scaledTail(x) : 2 / gaussian(x) - scaledTail(-x);
}

/** Density of N(0, 1). */
export const normalDensity = (z: number): number => Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);

/** Distribution function of N(0, 1). */
export const normalCdf = (z: number): number => 0.5 * erfc(-z * Math.SQRT1_2);

/** e^{−x²}, with x split so that rounding x² costs no relative accuracy. */
function gaussian(x: number): number {
  const head = Math.trunc(x * 16) / 16;
  return Math.exp(-head * head) * Math.exp(-(x - head) * (x + head));
}

function erfNearZero(x: number): number {
  return x * ratio(nearNumerator, nearDenominator, x * x);
}

/** e^{x²} erfc(x) for x > 0.46875. */
function scaledTail(x: number): number {
  if (x <= 4) return ratio(middleNumerator, middleDenominator, x);
  const square = 1 / (x * x);
  return (inverseSqrtPi - square * ratio(farNumerator, farDenominator, square)) / x;
}

/** Polynomials by falling powers. */
function ratio(numerator: readonly number[], denominator: readonly number[], x: number): number {
  return horner(numerator, x) / horner(denominator, x);
}

function horner(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (const coefficient of coefficients) sum = sum * x + coefficient;
  return sum;
}

const nearNumerator = [0.18577770618460315, 3.1611237438705655, 113.86415415105016, 377.485237685302, 3209.3775891384694];
const nearDenominator = [1, 23.601290952344122, 244.02463793444417, 1282.6165260773723, 2844.236833439171];
const middleNumerator = [
  2.1531153547440383e-8, 0.5641884969886701, 8.883149794388377, 66.11919063714163, 298.6351381974001, 881.952221241769,
  1712.0476126340707, 2051.0783778260716, 1230.3393547979972,
];
const middleDenominator = [
  1, 15.744926110709835, 117.6939508913125, 537.1811018620099, 1621.3895745666903, 3290.7992357334597, 4362.619090143247,
  3439.3676741437216, 1230.3393548037495,
];
const farNumerator = [
  0.016315387137302097, 0.30532663496123236, 0.36034489994980445, 0.12578172611122926, 0.016083785148742275,
  0.0006587491615298378,
];
const farDenominator = [1, 2.568520192289822, 1.8729528499234673, 0.5279051029514285, 0.06051834131244132, 0.0023352049762686918];
