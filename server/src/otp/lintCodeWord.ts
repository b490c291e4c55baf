import type { TemplateWarning } from './lintTemplate.ts'

/** Without a word for "code" an iPhone often does not see that a number is one. Languages not listed are not judged. */
export function lintCodeWord(text: string, language: string): TemplateWarning[] {
  const words = CODE_WORDS.get(language)
  if (words === undefined) return []
  const lower = text.toLowerCase()
  if (words.some((word) => lower.includes(word))) return []
  const message = `Phones recognise a code by a word for it, such as ${words[0]}: there is none in the text`
  return [{ code: 'no-code-word', message }]
}

/** Stems, so that endings and compounds count; any of them may stand inside a word. */
const CODE_WORDS: ReadonlyMap<string, readonly string[]> = new Map([
  ['ar', ['رمز', 'كود']],
  ['bg', ['код', 'парола']],
  ['cs', ['kód', 'kod', 'heslo', 'pin']],
  ['da', ['kode', 'pin']],
  ['de', ['code', 'kennwort', 'passwort', 'pin', 'tan']],
  ['el', ['κωδικ', 'pin']],
  ['en', ['code', 'passcode', 'password', 'pin', 'otp']],
  ['es', ['código', 'codigo', 'clave', 'contraseña', 'pin']],
  ['et', ['kood', 'pin']],
  ['fa', ['کد', 'رمز']],
  ['fi', ['koodi', 'tunnusluku', 'pin']],
  ['fr', ['code', 'mot de passe', 'pin']],
  ['he', ['קוד', 'סיסמ']],
  ['hi', ['कोड', 'पासवर्ड', 'ओटीपी', 'otp']],
  ['hr', ['kod', 'lozink', 'pin']],
  ['hu', ['kód', 'jelszó', 'pin']],
  ['id', ['kode', 'sandi', 'otp', 'pin']],
  ['it', ['codice', 'password', 'pin']],
  ['ja', ['コード', '番号', 'パスワード']],
  ['ko', ['코드', '번호', '비밀번호']],
  ['lt', ['kod', 'slaptažod', 'pin']],
  ['lv', ['kod', 'parol', 'pin']],
  ['ms', ['kod', 'otp', 'tac', 'pin']],
  ['nl', ['code', 'wachtwoord', 'pin']],
  ['no', ['kode', 'pin']],
  ['pl', ['kod', 'hasło', 'pin']],
  ['pt', ['código', 'codigo', 'senha', 'pin']],
  ['ro', ['cod', 'parol', 'pin']],
  ['ru', ['код', 'парол', 'пин']],
  ['sk', ['kód', 'kod', 'heslo', 'pin']],
  ['sl', ['kod', 'geslo', 'pin']],
  ['sr', ['kod', 'код', 'lozink', 'лозинк', 'pin']],
  ['sv', ['kod', 'pin']],
  ['th', ['รหัส', 'otp']],
  ['tr', ['kod', 'şifre', 'parola']],
  ['uk', ['код', 'парол', 'пін']],
  ['vi', ['mã', 'otp', 'mật khẩu']],
  ['zh', ['码', '碼']],
])
