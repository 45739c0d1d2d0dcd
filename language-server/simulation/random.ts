/**
 * Seeded pseudorandom numbers: xoshiro128** (Blackman & Vigna 2021, arXiv:1805.01407), its state filled by SplitMix32, so that
 * neighbouring seeds give unrelated sequences.
 */
export class Random {
  private s0: number;
  private s1: number;
  private s2: number;
  private s3: number;
  private spare = 0;
  private hasSpare = false;

  constructor(seed: number) {
    let mixed = seed >>> 0;
    const next = () => {
      mixed = (mixed + 0x9e3779b9) >>> 0;
      let z = mixed;
      z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
      z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
      return z ^ (z >>> 16);
    };
    [this.s0, this.s1, this.s2, this.s3] = [next(), next(), next(), next()];
  }

  /** Uniform in [0, 1), in steps of 2⁻³². */
  uniform(): number {
    const five = Math.imul(this.s1, 5);
    const result = Math.imul((five << 7) | (five >>> 25), 9);
    const { s0, s1 } = this;
    const low = this.s2 ^ s0;
    const high = this.s3 ^ s1;
    this.s1 = s1 ^ low;
    this.s0 = s0 ^ high;
    this.s2 = low ^ (s1 << 9);
    this.s3 = (high << 11) | (high >>> 21);
    return (result >>> 0) / 2 ** 32;
  }

  /** N(0, 1), by the polar form of Box & Muller (Marsaglia & Bray 1964). */
  normal(): number {
    if (this.hasSpare) {
      this.hasSpare = false;
      return this.spare;
    }
    for (;;) {
      const u = 2 * this.uniform() - 1;
      const v = 2 * this.uniform() - 1;
      const square = u * u + v * v;
      if (square >= 1 || square === 0) continue;
      const factor = Math.sqrt((-2 * Math.log(square)) / square);
      this.spare = v * factor;
      this.hasSpare = true;
      return u * factor;
    }
  }
}
