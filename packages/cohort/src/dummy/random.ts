/**
 * Seeded randomness whose every bit is the same on every machine: integer arithmetic, and of floating point only what
 * IEEE 754 fixes exactly (+ − × ÷ and the square root), never `Math.log` and its kin, which differ between engines.
 */
import { createHash } from 'node:crypto';

const TWO_TO_MINUS_32 = 2 ** -32;
const TWO_TO_MINUS_53 = 2 ** -53;

/**
 * A stream of random numbers: xoshiro128** 1.1 (D. Blackman and S. Vigna, "Scrambled Linear Pseudorandom Number
 * Generators", ACM Transactions on Mathematical Software 47(4), 2021). Period 2^128 − 1.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** Four 32-bit words, not all zero. */
  constructor(state: readonly [number, number, number, number]) {
    this.#a = state[0] | 0;
    this.#b = state[1] | 0;
    this.#c = state[2] | 0;
    this.#d = state[3] | 0;
  }

  /** The stream that belongs to a key. Streams of different keys are independent of each other. */
  static of(...key: readonly (string | number | null)[]): Random {
    // SHA-256 rather than a quick hash: keys that differ in one letter must not give related states.
    const digest = createHash('sha256').update(JSON.stringify(key)).digest();
    return new Random([
      digest.readInt32LE(0),
      digest.readInt32LE(4),
      digest.readInt32LE(8),
      digest.readInt32LE(12) | 1,
    ]);
  }

  /** Whole number from 0 to 2^32 − 1. */
  uint32(): number {
    const scrambled = Math.imul(this.#b, 5);
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9);
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result >>> 0;
  }

  /** Uniform on [0, 1) in steps of 2^-32: one word, enough to choose by. */
  fraction(): number {
    return this.uint32() * TWO_TO_MINUS_32;
  }

  /** Uniform on [0, 1) in steps of 2^-53: two words. */
  real(): number {
    const high = this.uint32() >>> 5;
    return (high * 0x400_0000 + (this.uint32() >>> 6)) * TWO_TO_MINUS_53;
  }

  /** Uniform on the open interval (0, 1), symmetric about a half. */
  openReal(): number {
    return this.real() + TWO_TO_MINUS_53 / 2;
  }

  /** Standard exponential, mean 1. */
  exponential(): number {
    return -naturalLogarithm(this.openReal());
  }

  /** Standard normal, by inversion: one number used for one number given. */
  normal(): number {
    return normalQuantile(this.openReal());
  }
}

const float = new Float64Array(1);
const words = new Uint32Array(float.buffer);
/** Which of the two words holds the exponent. */
const HIGH = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 1 : 0;

/**
 * Natural logarithm of a positive normal number, within two units in the last place: ln(2^k m) = k ln 2 + 2 artanh(s)
 * with s = (m − 1)/(m + 1), and m between √½ and √2, where eleven terms of the series suffice.
 */
export function naturalLogarithm(x: number): number {
  float[0] = x;
  const high = words[HIGH] ?? 0;
  let exponent = (high >>> 20) - 1022;
  words[HIGH] = (high & 0x000f_ffff) | 0x3fe0_0000;
  let mantissa = float[0];
  if (mantissa < Math.SQRT1_2) {
    mantissa *= 2;
    exponent -= 1;
  }
  const s = (mantissa - 1) / (mantissa + 1);
  const z = s * s;
  // Written out: a loop that divides takes twice as long.
  const tail =
    1 / 3 +
    z *
      (1 / 5 +
        z *
          (1 / 7 +
            z *
              (1 / 9 +
                z *
                  (1 / 11 + z * (1 / 13 + z * (1 / 15 + z * (1 / 17 + z * (1 / 19 + z / 21))))))));
  return exponent * Math.LN2 + (2 * s * z * tail + 2 * s);
}

/** Value of a polynomial, coefficients from the highest power down. */
function polynomial(coefficients: readonly number[], x: number): number {
  let value = 0;
  for (let index = 0; index < coefficients.length; index++) {
    value = value * x + (coefficients[index] ?? 0);
  }
  return value;
}

/**
 * The number below which a standard normal falls with probability `p`, 0 < p < 1, to about 16 digits. Coefficients of
 * M. J. Wichura, "Algorithm AS 241: The Percentage Points of the Normal Distribution", Applied Statistics 37(3), 1988.
 */
export function normalQuantile(p: number): number {
  const q = p - 0.5;
  if (q >= -0.425 && q <= 0.425) {
    const r = 0.180_625 - q * q;
    // Written out, because 85 in 100 draws come this way.
    const numerator =
      ((((((2.509_080_928_730_122_7e3 * r + 3.343_057_558_358_813e4) * r + 6.726_577_092_700_87e4) *
        r +
        4.592_195_393_154_987e4) *
        r +
        1.373_169_376_550_946e4) *
        r +
        1.971_590_950_306_551_3e3) *
        r +
        1.331_416_678_917_843_8e2) *
        r +
      3.387_132_872_796_366_5;
    const denominator =
      ((((((5.226_495_278_852_854e3 * r + 2.872_908_573_572_194_3e4) * r +
        3.930_789_580_009_271e4) *
        r +
        2.121_379_430_158_659_7e4) *
        r +
        5.394_196_021_424_751e3) *
        r +
        6.871_870_074_920_579e2) *
        r +
        4.231_333_070_160_091e1) *
        r +
      1;
    return (numerator / denominator) * q;
  }
  const root = Math.sqrt(-naturalLogarithm(q < 0 ? p : 1 - p));
  const size =
    root <= 5
      ? polynomial(TAIL_NUMERATOR, root - 1.6) / polynomial(TAIL_DENOMINATOR, root - 1.6)
      : polynomial(FAR_NUMERATOR, root - 5) / polynomial(FAR_DENOMINATOR, root - 5);
  return q < 0 ? -size : size;
}

const TAIL_NUMERATOR = [
  7.745_450_142_783_414e-4, 2.272_384_498_926_918_4e-2, 2.417_807_251_774_506e-1,
  1.270_458_252_452_368_4, 3.647_848_324_763_204_5, 5.769_497_221_460_691, 4.630_337_846_156_546,
  1.423_437_110_749_683_5,
];
const TAIL_DENOMINATOR = [
  1.050_750_071_644_416_9e-9, 5.475_938_084_995_345e-4, 1.519_866_656_361_645_7e-2,
  1.481_039_764_274_800_8e-1, 6.897_673_349_851e-1, 1.676_384_830_183_803_8, 2.053_191_626_637_759,
  1,
];
const FAR_NUMERATOR = [
  2.010_334_399_292_288_1e-7, 2.711_555_568_743_487_6e-5, 1.242_660_947_388_078_4e-3,
  2.653_218_952_657_612_4e-2, 2.965_605_718_285_048_7e-1, 1.784_826_539_917_291_3,
  5.463_784_911_164_114, 6.657_904_643_501_103,
];
const FAR_DENOMINATOR = [
  2.044_263_103_389_939_7e-15, 1.421_511_758_316_446e-7, 1.846_318_317_510_054_8e-5,
  7.868_691_311_456_133e-4, 1.487_536_129_085_061_5e-2, 1.369_298_809_227_358e-1,
  5.998_322_065_558_88e-1, 1,
];
