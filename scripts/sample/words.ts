/** The words that the sample's reviews are made of, by the place that they take in a sentence; the frequent ones first. */
const split = (words: string): readonly string[] => words.trim().split(/\s+/);

/** Words that say an opinion, and what they say: the first list approves, the second doesn't. */
export const OPINIONS = {
  adjective: [
    split(`great good wonderful excellent brilliant funny beautiful perfect amazing moving superb charming fantastic
      memorable clever touching powerful enjoyable lovely impressive outstanding hilarious gripping fresh stunning
      delightful warm honest fascinating haunting smart gorgeous refreshing thrilling magnificent terrific splendid
      convincing subtle inspired heartfelt original witty masterful captivating unforgettable tender graceful stylish
      engaging marvelous elegant rewarding sincere radiant poignant exciting remarkable flawless joyful inventive
      believable tasteful dazzling compelling intelligent exquisite vibrant uplifting superior seamless vivid`),
    split(`bad boring terrible awful poor stupid dull horrible slow predictable weak ridiculous disappointing pointless
      lame annoying silly cheap tedious dreadful flat bland painful lazy pathetic unfunny clumsy forgettable shallow
      mediocre confusing tired wooden laughable empty messy hollow tasteless lifeless clichéd absurd uninspired stale
      irritating forced atrocious dreary incoherent unwatchable pretentious embarrassing amateurish worthless bloated
      awkward sloppy muddled insulting feeble ugly unbearable hideous unconvincing contrived monotonous shoddy trite
      soulless incompetent grating lousy overlong vapid sluggish murky`),
  ],
  verb: [
    split(
      'loved enjoyed liked adored recommend admired treasured praised cherished welcomed celebrated applauded',
    ),
    split(
      'hated disliked regretted despised endured dreaded detested resented mocked criticized suffered loathed',
    ),
  ],
  noun: [
    split('masterpiece gem classic treat joy triumph delight success winner treasure pleasure wonder marvel'),
    split('mess waste disaster failure bore joke insult flop letdown chore embarrassment nightmare travesty'),
  ],
  adverb: [
    split(
      'beautifully perfectly brilliantly wonderfully nicely cleverly superbly gracefully elegantly skillfully',
    ),
    split('badly poorly terribly horribly painfully clumsily awkwardly lazily dreadfully carelessly'),
  ],
} as const;

/** Words that say none. */
export const NEUTRAL = {
  part: split(`movie film story acting plot script ending music cast direction scene dialogue performance picture
    camera show score editing character lighting pace soundtrack screenplay photography beginning idea premise
    costume scenery humor title sequence production setting atmosphere narration makeup mood theme sound dance song
    chase romance mystery monologue choreography twist opening climax conclusion background voice color budget
    animation subplot flashback epilogue stunt fight finale prologue framing wardrobe`),
  person:
    split(`director actor hero lead writer villain star actress girl man woman boy detective mother father
    teacher soldier doctor child stranger brother sister neighbor sheriff lawyer thief captain singer prince nurse
    painter spy robot ghost cowboy widow journalist scientist priest butler pilot king queen sailor gangster judge
    drummer professor waiter farmer hunter dancer wizard mayor boxer poet clown uncle aunt cousin grandmother orphan
    millionaire bartender photographer inventor landlord tourist explorer princess student vampire zombie alien`),
  genre:
    split(`comedy drama thriller horror western musical romantic war action crime fantasy documentary family
    adventure silent noir spy sports courtroom disaster historical science detective gothic samurai martial prison
    teen Christmas road heist monster superhero period political`).map((word) => word.toLowerCase()),
  place:
    split(`city house town school island hospital train hotel village castle desert ship forest theater farm
    prison church beach mountain airport harbor museum restaurant jungle library factory palace garden cabin bridge
    mansion valley station market circus tavern canyon lighthouse river border swamp cemetery monastery subway
    diner motel warehouse orchard vineyard courthouse ballroom bakery casino cathedral embassy attic basement`),
  country:
    split(`america england france italy japan india germany russia spain mexico canada china ireland australia
    brazil sweden poland egypt greece scotland norway korea turkey kenya cuba iceland denmark austria hungary peru`),
  name: split(`john mary james anna peter helen frank alice george emma jack kate henry laura charles julia robert
    susan arthur clara victor rose martin grace oscar nina walter lucy edward sofia louis eva albert irene hugo marie
    felix diana theodore olga simon greta leon vera max ruth ivan stella carl edith nathan flora dennis ingrid`),
  event:
    split(`murder wedding war robbery journey funeral accident storm trial divorce kidnapping reunion election
    fire party race earthquake escape revolution invasion duel betrayal shipwreck competition inheritance experiment
    vacation rescue blackmail strike epidemic blizzard scandal concert audition expedition rebellion conspiracy
    flood burglary engagement auction tournament picnic graduation bankruptcy`),
  thing:
    split(`money letter gun car diamond map secret train camera dog horse painting ring diary book telephone cat
    key piano sword bicycle photograph suitcase knife mirror radio necklace clock treasure statue violin computer
    briefcase boat candle hat coat bottle lamp umbrella parrot locket compass microphone typewriter helmet telescope
    envelope passport revolver chessboard harmonica balloon lantern trumpet puppet`),
  time: split(`night weekend evening summer winter sunday saturday morning afternoon christmas spring autumn friday
    yesterday monday holiday birthday thursday october august december june halloween easter`),
  number: split('two three ten four five six seven eight twenty thirty nine twelve fifty hundred'),
  year: split('thirties forties fifties sixties seventies eighties nineties twenties'),
  degree: split(
    'very really so quite rather just pretty truly simply completely extremely totally fairly somewhat',
  ),
  relative: split(
    'wife husband friend son daughter sister brother mother father cousin roommate boss neighbor',
  ),
} as const;
