/**
 * The ISO 639-1 code of the language that most people of a country (ISO 3166-1 alpha-2, capitals) read, as far as it
 * has a code. English where people of several languages share it, and for null: numbers of no country.
 */
export function languageOfCountry(country: string | null): string {
  return (country === null ? null : LANGUAGE_OF.get(country)) ?? 'en'
}

/**
 * Countries by language. Where official and spoken language differ it is the one that people get their letters in:
 * French in West Africa, Russian in Belarus, German in Switzerland. AC and TA have numbers, though no code of their own
 * in the standard; XK is Kosovo.
 */
const COUNTRIES: Readonly<Record<string, string>> = {
  am: 'ET',
  ar: 'AE BH DZ EG EH IQ JO KW LB LY MA MR OM PS QA SA SD SY TN YE',
  az: 'AZ',
  bg: 'BG',
  bi: 'VU',
  bn: 'BD',
  bs: 'BA',
  ca: 'AD',
  cs: 'CZ',
  da: 'DK',
  de: 'AT CH DE LI',
  dv: 'MV',
  dz: 'BT',
  el: 'CY GR',
  en: `AC AG AI AQ AS AU BB BM BS BZ CA CC CK CX DM FJ FK FM GB GD GG GH GI GM GS GU GY HM IE IM IO JE JM KI KN KY LC LR
    MP MS MU NA NF NG NR NU NZ PG PN PW SB SC SG SH SL SS SX TA TC TK TT TV UG UM US VC VG VI ZA ZM`,
  es: 'AR BO CL CO CR CU DO EC ES GQ GT HN MX NI PA PE PR PY SV UY VE',
  et: 'EE',
  fa: 'AF IR',
  fi: 'FI',
  fo: 'FO',
  fr: 'BF BJ BL CD CF CG CI CM DJ FR GA GF GN GP KM LU MC MF ML MQ NC NE PF PM RE SN TD TF TG WF YT',
  he: 'IL',
  hi: 'IN',
  hr: 'HR',
  ht: 'HT',
  hu: 'HU',
  hy: 'AM',
  id: 'ID',
  is: 'IS',
  it: 'IT SM VA',
  ja: 'JP',
  ka: 'GE',
  kk: 'KZ',
  kl: 'GL',
  km: 'KH',
  ko: 'KP KR',
  ky: 'KG',
  lo: 'LA',
  lt: 'LT',
  lv: 'LV',
  mg: 'MG',
  mh: 'MH',
  mk: 'MK',
  mn: 'MN',
  ms: 'BN MY',
  mt: 'MT',
  my: 'MM',
  ne: 'NP',
  nl: 'AW BE BQ CW NL SR',
  no: 'BV NO SJ',
  ny: 'MW',
  pl: 'PL',
  pt: 'AO BR CV GW MZ PT ST TL',
  rn: 'BI',
  ro: 'MD RO',
  ru: 'BY RU',
  rw: 'RW',
  si: 'LK',
  sk: 'SK',
  sl: 'SI',
  sm: 'WS',
  sn: 'ZW',
  so: 'SO',
  sq: 'AL XK',
  sr: 'ME RS',
  ss: 'SZ',
  st: 'LS',
  sv: 'AX SE',
  sw: 'KE TZ',
  tg: 'TJ',
  th: 'TH',
  ti: 'ER',
  tk: 'TM',
  tl: 'PH',
  tn: 'BW',
  to: 'TO',
  tr: 'TR',
  uk: 'UA',
  ur: 'PK',
  uz: 'UZ',
  vi: 'VN',
  zh: 'CN HK MO TW',
}

const LANGUAGE_OF: ReadonlyMap<string, string> = new Map(
  Object.entries(COUNTRIES).flatMap(([language, countries]) =>
    countries.split(/\s+/).map((country): [string, string] => [country, language]),
  ),
)
