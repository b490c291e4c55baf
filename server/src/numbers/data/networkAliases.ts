/**
 * Country ('any': every country) → a carrier's name as libphonenumber has it (lower-case letters and digits only) → a
 * name in the list of codes; '' where a name fits by accident and must join nothing. Former names, names of sold
 * networks and names that only people connect; checked by hand.
 */
export const NETWORK_ALIASES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  any: { three: '3' },
  AT: { a1ta: 'A1.net', orangeat: '3', tmobileat: 'Magenta' },
  BE: { telenet: 'Base' },
  BG: { telenor: 'Yettel' },
  BH: { viva: 'stc' },
  BR: { brasiltelecomgsm: '', telemigcelular: 'Vivo' },
  BS: { batelco: 'BTC' },
  BT: { bmobileofbhutantelecom: 'B-Mobile' },
  BW: { btcmobile: 'beMobile' },
  BY: { velcom: 'A1' },
  CK: { bluesky: 'Vodafone' },
  CU: { etecsa: 'CUBACEL' },
  DE: { '1and1mobilfunk': '1&1', eplus: 'O2', tmobile: 'Telekom' },
  DO: { orange: 'Altice' },
  EG: { te: 'WE' },
  FO: { faroesetelecom: 'Føroya Tele', vodafone: 'Nema' },
  GB: { orange: 'EE', tmobile: 'EE' },
  GE: { cellfie: 'Beeline', magticom: 'Magti', silknet: 'Geocell' },
  GH: { telecel: 'Vodafone' },
  GL: { telegreenlandas: 'tusass' },
  GR: { wind: 'NOVA' },
  GT: { movistar: 'Claro', telgua: 'Claro' },
  HR: { a1telekom: 'A1 HR', tele2: 'Telemach' },
  HU: { one: 'Vodafone' },
  ID: { axis: 'XL' },
  IL: { orange: 'Partner' },
  IR: { irmci: 'IR-TCI' },
  IT: { '3italia': 'WINDTRE' },
  JM: { candw: 'FLOW' },
  JP: { kddi: 'au', okinawacellular: 'au' },
  KG: { nurtelecom: 'O!' },
  KI: { athkl: 'Kiribati - ATH' },
  KR: { kt: 'olleh' },
  KW: { viva: 'STC' },
  MA: { maroctelecom: 'IAM' },
  MK: { a1: 'A1 MK', tmobile: 'Telekom.mk' },
  ML: { sotelma: 'Malitel' },
  MU: { mtml: 'CHILI' },
  MY: { celecom: 'Celcom', xox: '' },
  NI: { movistar: 'Tigo' },
  NO: { lysetele: 'ice' },
  PA: { telefonicamoviles: 'Tigo' },
  PK: { specialcommunicationsorganization: 'SCO Mobile' },
  RS: { a1: 'A1 SRB' },
  RW: { tigo: 'Airtel' },
  SA: { stc: 'Al Jawal (STC)' },
  SE: { tele2sverige: 'Tele2', teliasonera: 'Telia' },
  SI: { a1: 'A1 SI' },
  SK: { telefonicao2: 'O2', tmobile: 'Telekom' },
  TH: { totmobile: 'NT Mobile' },
  TR: { kuzeykibristurkcell: '' },
  TZ: { yas: 'tiGO' },
  UZ: { uzbektelecom: 'UzMobile' },
}

/** The code under which an operator with several is best known. */
export const NETWORK_MAIN_CODES: ReadonlySet<string> = new Set([
  '20201', // Cosmote
  '20209', // Nova, formerly Wind
  '20801', // Orange France
  '20810', // SFR
  '20815', // Free Mobile
  '20820', // Bouygues
  '23410', // O2 UK
  '23430', // EE
  '24412', // DNA
  '26001', // Plus
  '44051', // au
])
