/** The words by which columns and row labels say what they hold. */

/** What the name of a column or the label of a row says that the numbers are. */
export type Meaning =
  | 'count'
  | 'percentage'
  | 'statistic'
  | 'extreme'
  | 'dimension'
  | 'identifier'
  | 'birth'
  | 'unknown';

const list = (words: string): ReadonlySet<string> => new Set(words.split(/\s+/));

const countWords = list(
  'n count counts num number numbers nobs freq frequency frequencies total totals patients patient people persons population populations pop denominator numerator denom numer event events case cases deaths died admissions registered eligible vaccinated unvaccinated excluded included censored censor subtotal obs observations participants individuals practices consultations prescriptions tests positives negatives births households women men',
);
const percentageWords = list(
  'percent percentage percentages pct perc prop proportion fraction share coverage prevalence percents',
);
const rateWords = list('rate rates incidence');
const strongStatistics = list(
  'mean avg average median sd std stdev stddev stderr variance var iqr q1 q3 quantile percentile skew skewness kurtosis lcl ucl lci uci pvalue pval aic bic rsquared r2 loglik df dof coef coefficient coefficients chisq smd mode conf ci95 hazard odds intercept deviance geomean',
);
const weakStatistics = list(
  'or hr rr irr rrr aor ahr arr ate estimate estimates ratio beta ci lower upper low high p t z f se statistic surv survival cuminc cumulative smr difference diff change slope score weight weights pyears py years persontime followup exposure expected smoothed fitted predicted residual probability prob density value',
);
const extremeWords = list(
  'min max minimum maximum smallest largest lowest highest youngest oldest minmax',
);
const dimensionWords = list(
  'year years yr month months week weeks wk day days date quarter time ageband band group groups grp category categories cat level levels code codes index idx imd quintile decile tertile quartile stratum strata sex gender ethnicity region lag order rank bin bins period interval wave dose stage grade model threshold age row position step seq sequence id fold version breakpoint seed',
);

/** The words of a name: divided at signs and at capital letters, in small letters. */
export function wordsOf(name: string): readonly string[] {
  return name
    .normalize('NFKC')
    .replace(/[\p{Cf}]/gu, '')
    .replace(/%/g, ' percent ')
    .replace(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}

const identifierNames = list(
  'patientid patid patient subjectid personid participantid pseudoid pseudonym pseudonymisedid pseudonymid nhsnumber nhsno nhsnum nhs patientpseudoid studyid individualid recordid hospitalnumber mrn pid eid emisid tppid uuid guid chinumber chi personno patientno patientkey personkey pseudonhs nhsnumberhash idhash patienthash encryptedid saltedid uprn',
);
const birthNames =
  /^(?:dob|dateofbirth|birthdate|birthday|dateborn|borndate|patientdob|yearmonthofbirth|monthofbirth|birthmonth|dobmonth|patdob|dobdate)$/;

/** All letters and digits of a name, nothing else: however it is written, it is the same name. */
export function squeezed(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '');
}

export function isIdentifierName(name: string): boolean {
  return identifierNames.has(squeezed(name)) && !['patient', 'nhs', 'chi'].includes(squeezed(name));
}

export function isBirthName(name: string): boolean {
  const words = wordsOf(name);
  return (
    birthNames.test(squeezed(name)) ||
    (words.includes('dob') && !words.some((word) => countWords.has(word)))
  );
}

/** What the name of a column says. */
export function meaningOfName(name: string): Meaning {
  const words = wordsOf(name);
  if (words.length === 0) return 'unknown';
  if (isIdentifierName(name)) return 'identifier';
  if (isBirthName(name)) return 'birth';
  const has = (set: ReadonlySet<string>): boolean => words.some((word) => set.has(word));
  const last = words.at(-1) ?? '';
  if (words.some((word) => word.startsWith('midpoint')))
    return has(percentageWords) ? 'percentage' : 'count';
  // “max_facial_fracture” is a disease: the word counts at the ends, or among words that are all known.
  const first = words[0] ?? '';
  if (
    extremeWords.has(first) ||
    extremeWords.has(last) ||
    (has(extremeWords) && isAllKnown(words))
  ) {
    return 'extreme';
  }
  if (words.length > 1 && last === 'ratio') return 'statistic';
  if (has(percentageWords) || has(rateWords)) return 'percentage';
  const counted = words[0] === 'n' || last === 'n' || has(list('count counts'));
  if (has(strongStatistics)) return 'statistic';
  if (counted) return 'count';
  if (words.length === 1 && weakStatistics.has(last)) return 'statistic';
  if (dimensionWords.has(last)) return 'dimension';
  if (has(countWords)) return 'count';
  if (weakStatistics.has(last) || weakStatistics.has(words[0] ?? '')) return 'statistic';
  return 'unknown';
}

/**
 * Whether the name alone says that whole numbers are no counts either. “median_age” does; “median_nerve_injury” is a
 * disease, and its whole numbers are counts.
 */
export function isStrongStatistic(name: string): boolean {
  const words = wordsOf(name);
  return words.some((word) => strongStatistics.has(word)) && isAllKnown(words);
}

/** Whether the name of a column of whole numbers plainly is that of a minimum or maximum. */
export function isKnownExtreme(name: string): boolean {
  return isAllKnown(wordsOf(name));
}

function isAllKnown(words: readonly string[]): boolean {
  return words.every(
    (word) =>
      strongStatistics.has(word) ||
      weakStatistics.has(word) ||
      extremeWords.has(word) ||
      measureWords.has(word) ||
      dimensionWords.has(word) ||
      percentageWords.has(word) ||
      rateWords.has(word) ||
      /^\d+$/.test(word),
  );
}

const measureWords = list(
  'age bmi sbp dbp hba1c weight height score time duration years year days day months length of stay in at the and per imd index date gap blood pressure systolic diastolic creatinine egfr cholesterol charlson frailty follow up followup std deviation error interval range p value test statistic squared r adjusted log likelihood person',
);
const quartileLabel = /^(?:[5-9]|\d\d)(?:st|nd|rd|th)?\s*(?:%|percentile|centile)$/;

/**
 * What the label of a row says of the numbers beside it. Only labels made of nothing but such words count: “median nerve
 * injury” is a disease, and the number beside it a count.
 */
export function meaningOfLabel(label: string): Meaning {
  if (label.length > 60) return 'unknown';
  const plain = label.trim().toLowerCase();
  if (quartileLabel.test(plain)) return 'statistic';
  const words = wordsOf(plain.replace(/\(sd\)|\(iqr\)|\[iqr\]|\(95%?\s*ci\)/g, ' sd '));
  if (words.length === 0) return 'unknown';
  const known = words.every(
    (word) =>
      strongStatistics.has(word) ||
      extremeWords.has(word) ||
      measureWords.has(word) ||
      percentageWords.has(word) ||
      rateWords.has(word) ||
      (words.length === 1 && word.length > 1 && weakStatistics.has(word)),
  );
  if (!known) return 'unknown';
  if (words.some((word) => extremeWords.has(word))) return 'extreme';
  if (words.some((word) => strongStatistics.has(word))) return 'statistic';
  if (words.some((word) => percentageWords.has(word) || rateWords.has(word))) return 'percentage';
  if (words.length === 1 && plain.length > 1 && weakStatistics.has(words[0] ?? ''))
    return 'statistic';
  return /^p[ -]value$|^std|^standard/.test(plain) ? 'statistic' : 'unknown';
}

/** Whether a label or a column's name says that it sums up the others. */
export function isTotalLabel(label: string): boolean {
  return /^(?:grand |sub)?totals?$|^all(?: (?:patients|people|groups|ages|persons|regions))?$|^overall$|^sum$|^everyone$|^(?:total|overall|all)[ _.-](?:n|count|population|patients|people)$|^n[ _.-](?:total|all|overall)$/i.test(
    label.trim(),
  );
}

const attributeNames = list(
  'age sex gender bmi weight height ethnicity ethnicgroup smoking smokingstatus postcode imd region sbp dbp hba1c creatinine egfr dateofdeath deathdate dod deprivation married maritalstatus occupation carehome stp frailty alcohol systolic diastolic firstname surname forename lastname name address birthyear yearofbirth',
);

/** Whether a column of that name describes one person. */
export function isAttributeName(name: string): boolean {
  const plain = squeezed(name).replace(/(?:code|value|group|latest|recent|status|\d)+$/, '');
  return attributeNames.has(squeezed(name)) || attributeNames.has(plain);
}
