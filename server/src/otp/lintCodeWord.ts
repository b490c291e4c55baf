import type { TemplateWarning } from './lintTemplate.ts'

/** Without a word for "code" an iPhone often does not see that a number is one. Languages not listed are not judged. */
export function lintCodeWord(text: string, language: string): TemplateWarning[] {
  const words = CODE_WORDS.get(language)
  if (words === undefined) return []
  const lower = text.replaceAll('{{OTP}}', '').toLowerCase()
  if (SHORT_WORDS.test(lower) || words.some((word) => lower.includes(word))) return []
  const message = `Phones recognise a code by a word for it, such as ${words[0]}: there is none in the text`
  return [{ code: 'no-code-word', message }]
}

/** The same in many languages, and too short to be looked for inside words. */
const SHORT_WORDS = /(?<!\p{L})(?:pin|otp|tan|tac)(?!\p{L})/u

/** Stems, so that endings and compounds count; any of them may stand inside a word. */
const CODE_WORDS: ReadonlyMap<string, readonly string[]> = new Map([
  ['ar', ['رمز', 'كود']],
  ['bg', ['код', 'парола']],
  ['cs', ['kód', 'kod', 'heslo']],
  ['da', ['kode']],
  ['de', ['code', 'kennwort', 'passwort']],
  ['el', ['κωδικ']],
  ['en', ['code', 'passcode', 'password']],
  ['es', ['código', 'codigo', 'clave', 'contraseña']],
  ['et', ['kood']],
  ['fa', ['کد', 'رمز']],
  ['fi', ['koodi', 'tunnusluku']],
  ['fr', ['code', 'mot de passe']],
  ['he', ['קוד', 'סיסמ']],
  ['hi', ['कोड', 'पासवर्ड', 'ओटीपी']],
  ['hr', ['kod', 'lozink']],
  ['hu', ['kód', 'jelszó']],
  ['id', ['kode', 'sandi']],
  ['it', ['codice', 'password']],
  ['ja', ['コード', '番号', 'パスワード']],
  ['ko', ['코드', '번호', '비밀번호']],
  ['lt', ['kod', 'slaptažod']],
  ['lv', ['kod', 'parol']],
  ['ms', ['kod']],
  ['nl', ['code', 'wachtwoord']],
  ['no', ['kode']],
  ['pl', ['kod', 'hasło']],
  ['pt', ['código', 'codigo', 'senha']],
  ['ro', ['cod', 'parol']],
  ['ru', ['код', 'парол', 'пин']],
  ['sk', ['kód', 'kod', 'heslo']],
  ['sl', ['kod', 'geslo']],
  ['sr', ['kod', 'код', 'lozink', 'лозинк']],
  ['sv', ['kod']],
  ['th', ['รหัส']],
  ['tr', ['kod', 'şifre', 'parola']],
  ['uk', ['код', 'парол', 'пін']],
  ['vi', ['mã', 'mật khẩu']],
  ['zh', ['码', '碼']],
])
