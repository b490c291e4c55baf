/** Who speaks a language: the locale of `<Say>`, and a voice that has it. */
export interface Voice {
  readonly locale: string
  readonly voice: string
}

/**
 * Finds the voice for a language, ISO 639-1, the operator's own rows first: of those that cost nothing extra, and English
 * for a language that none speaks. A country's own accent is not chosen: a text says in which language it is, not for
 * whom.
 */
export function createVoices(own: readonly OwnVoice[]): (language: string) => Voice {
  const voices = new Map(Object.entries(VOICES).map(([language, [locale, voice]]) => [language, { locale, voice }]))
  for (const { language, locale, voice } of own) voices.set(language, { locale, voice })
  return (language) => voices.get(language.toLowerCase()) ?? ENGLISH
}

export interface OwnVoice extends Voice {
  readonly language: string
}

const ENGLISH: Voice = { locale: 'en-US', voice: 'Polly.Joanna' }

/** `nb` and `nn` are read by the one Norwegian voice, `tl` is the code that Filipino goes by in ISO 639-1. */
const VOICES: Readonly<Record<string, readonly [locale: string, voice: string]>> = {
  af: ['af-ZA', 'Google.af-ZA-Standard-A'],
  ar: ['arb', 'Polly.Zeina'],
  bg: ['bg-BG', 'Google.bg-BG-Standard-B'],
  bn: ['bn-IN', 'Google.bn-IN-Standard-C'],
  ca: ['ca-ES', 'Google.ca-ES-Standard-B'],
  cs: ['cs-CZ', 'Google.cs-CZ-Standard-B'],
  cy: ['cy-GB', 'Polly.Gwyneth'],
  da: ['da-DK', 'Polly.Naja'],
  de: ['de-DE', 'Polly.Vicki'],
  el: ['el-GR', 'Google.el-GR-Standard-B'],
  en: [ENGLISH.locale, ENGLISH.voice],
  es: ['es-ES', 'Polly.Lucia'],
  eu: ['eu-ES', 'Google.eu-ES-Standard-B'],
  fi: ['fi-FI', 'Google.fi-FI-Standard-B'],
  fr: ['fr-FR', 'Polly.Lea'],
  gl: ['gl-ES', 'Google.gl-ES-Standard-B'],
  gu: ['gu-IN', 'Google.gu-IN-Standard-C'],
  he: ['he-IL', 'Google.he-IL-Standard-A'],
  hi: ['hi-IN', 'Polly.Aditi'],
  hu: ['hu-HU', 'Google.hu-HU-Standard-B'],
  id: ['id-ID', 'Google.id-ID-Standard-A'],
  is: ['is-IS', 'Polly.Dora'],
  it: ['it-IT', 'Polly.Bianca'],
  ja: ['ja-JP', 'Polly.Mizuki'],
  kn: ['kn-IN', 'Google.kn-IN-Standard-C'],
  ko: ['ko-KR', 'Polly.Seoyeon'],
  lt: ['lt-LT', 'Google.lt-LT-Standard-B'],
  lv: ['lv-LV', 'Google.lv-LV-Standard-B'],
  mr: ['mr-IN', 'Google.mr-IN-Standard-A'],
  ms: ['ms-MY', 'Google.ms-MY-Standard-A'],
  nb: ['nb-NO', 'Polly.Liv'],
  nl: ['nl-NL', 'Polly.Lotte'],
  nn: ['nb-NO', 'Polly.Liv'],
  no: ['nb-NO', 'Polly.Liv'],
  pa: ['pa-IN', 'Google.pa-IN-Standard-A'],
  pl: ['pl-PL', 'Polly.Ewa'],
  pt: ['pt-PT', 'Polly.Ines'],
  ro: ['ro-RO', 'Polly.Carmen'],
  ru: ['ru-RU', 'Polly.Tatyana'],
  sk: ['sk-SK', 'Google.sk-SK-Standard-B'],
  sr: ['sr-RS', 'Google.sr-RS-Standard-B'],
  sv: ['sv-SE', 'Polly.Astrid'],
  ta: ['ta-IN', 'Google.ta-IN-Standard-C'],
  te: ['te-IN', 'Google.te-IN-Standard-A'],
  th: ['th-TH', 'Google.th-TH-Standard-A'],
  tl: ['fil-PH', 'Google.fil-PH-Standard-A'],
  tr: ['tr-TR', 'Polly.Filiz'],
  uk: ['uk-UA', 'Google.uk-UA-Standard-A'],
  vi: ['vi-VN', 'Google.vi-VN-Standard-A'],
  zh: ['cmn-CN', 'Polly.Zhiyu'],
}
