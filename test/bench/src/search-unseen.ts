/** A shelf of another kind: board games, sheet music and measured data, in several languages. No ranking was tuned on it. */
import type { Dice } from '@iwanto/peer';
import type { About, NamedFile } from './search-corpus.js';
import { hasLength, isLatin, plain, typed, typo, wordsOf } from './search-damage.js';

const lines = (list: string) => list.split(';').map((line) => line.split('|'));

/** `title|words for its rules`. */
const GAMES = lines(
  `Carcassonne|Spielanleitung;Die Siedler von Catan|Spielregel;Les Aventuriers du Rail|règles du jeu;Pandemic Legacy|rulebook;Terraforming Mars|rulebook;Puerto Rico|Anleitung;Agricola|Spielregeln;Azul|regras;Wingspan|rules;Gloomhaven|scenario book;Scythe|rules reference;Twilight Imperium|learn to play;7 Wonders Duel|règle;Dominion|rules;Ticket to Ride Europe|rules;Zug um Zug|Regeln;Codenames|reglas;Mensch ärgere dich nicht|Regel;Scotland Yard|Detektivbuch;Mille Bornes|cartes;Quarto|règle;Tikal|Spielregel;Elfenland|rules;Tigris and Euphrates|rules;Kingdomino|règles;Splendor|rules;Brass Birmingham|rulebook;Spirit Island|rulebook;Arkham Horror|investigator sheets;Root|law of root;Stratego|instrukcja;Rummikub|spelregels;Cascadia|rules;Patchwork|Anleitung;Ganz schön clever|Block;Heimlich und Co|Regel;Hanabi|règles;Dixit|reguły;Jungle Speed|règle;Воображарий|правила;Свинтус|правила;Мафия|карточки;将棋入門|ルール;囲碁 定石集|本;Το μονοπώλιο|κανόνες`,
);
/** `composer|piece`. */
const SCORES = lines(
  `Bach|Goldberg-Variationen BWV 988;Bach|Cello Suite No. 1 in G major BWV 1007;Bach|Das wohltemperierte Klavier;Bach|Matthäus-Passion;Beethoven|Mondscheinsonate Op. 27;Beethoven|Für Elise;Beethoven|Große Fuge;Chopin|Nocturne in E-flat major Op. 9 No. 2;Chopin|Ballade No. 1;Chopin|Étude Révolutionnaire;Debussy|Clair de lune;Debussy|La cathédrale engloutie;Debussy|Prélude à l'après-midi d'un faune;Dvořák|Humoreska;Dvořák|Rusalka;Fauré|Après un rêve;Grieg|Morgenstimmung;Händel|Sarabande;Händel|Wassermusik;Haydn|Die Schöpfung;Liszt|Liebestraum;Liszt|La campanella;Mendelssohn|Lieder ohne Worte;Mozart|Eine kleine Nachtmusik;Mozart|Rondo alla turca;Mussorgsky|Pictures at an Exhibition;Pachelbel|Kanon in D;Rachmaninov|Vocalise;Ravel|Pavane pour une infante défunte;Ravel|Boléro;Satie|Gymnopédie No. 1;Satie|Gnossienne No. 3;Schubert|Winterreise;Schubert|Der Erlkönig;Schumann|Kinderszenen;Sibelius|Finlandia;Smetana|Vltava;Joplin|Maple Leaf Rag;Joplin|The Entertainer;Strauss|An der schönen blauen Donau;Tárrega|Recuerdos de la Alhambra;Villa-Lobos|Bachianas Brasileiras;Чайковский|Щелкунчик;Чайковский|Времена года;Прокофьев|Ромео и Джульетта;瀧廉太郎|荒城の月`,
);
/** `collection|data set`. */
const DATA = lines(
  `NOAA|Sea Surface Temperature;NOAA|Storm Events Database;NASA|Lunar Reconnaissance Altimetry;ESA|Gaia Parallaxes;ESA|Sentinel Radar Mosaic;CERN|Dimuon Invariant Mass;PANGAEA|Antarctic Ice Core Isotopes;PANGAEA|Benthic Foraminifera Counts;Argo|Float Salinity Profiles;GBIF|Lepidoptera Occurrences;GenBank|Drosophila Chromosome Assembly;UniProt|Kinase Sequences;PDB|Haemoglobin Structures;Eurostat|Household Electricity Prices;Destatis|Bevölkerungsfortschreibung;Destatis|Verbraucherpreisindex;INSEE|Recensement de la population;INE|Encuesta de población activa;ISTAT|Indice dei prezzi;DWD|Niederschlagsmessungen;SMHI|Nederbördsdata;OpenStreetMap|Planet Extract;WorldClim|Bioclimatic Variables;UCI|Abalone Measurements;UCI|Mushroom Attributes;Human Connectome|Resting State Scans;PhysioNet|Arrhythmia Recordings;IRIS|Seismic Waveforms;LIGO|Gravitational Strain;Sloan|Galaxy Redshifts;Росстат|Перепись населения;気象庁|降水量観測`,
);

const file = (path: string, about: About): NamedFile => ({ path, key: `unseen ${path}`, about });
const about = (title: string, artist = ''): About => ({
  sort: 'unseen',
  title,
  artist,
  isReal: true,
});
const under = (text: string) => text.replaceAll(' ', '_');

/** Every file of this shelf. */
export function unseenFiles(dice: Dice): NamedFile[] {
  const games = GAMES.map(([title = '', rules = '']) => {
    const name = dice.pick([`${title} - ${rules}`, `${title} (${rules})`, under(title)]);
    return file(`Games/${dice.pick(['', 'Family/', 'Euro/'])}${name}.pdf`, about(title));
  });
  const scores = SCORES.map(([composer = '', piece = '']) => {
    const name = dice.pick([`${composer} - ${piece}`, piece, under(`${piece} ${composer}`)]);
    return file(`Noten/${composer}/${name}.${dice.pick(['pdf', 'mscz'])}`, about(piece, composer));
  });
  const data = DATA.map(([owner = '', title = '']) => {
    const name = dice.pick([under(title).toLowerCase(), title, `${title} v${1 + dice.below(4)}`]);
    return file(`data/${owner}/${name}.${dice.pick(['csv', 'nc', 'h5'])}`, about(title, owner));
  });
  return [...games, ...scores, ...data];
}

type Make = (about: About, dice: Dice, path: string) => string | undefined;
const unseen =
  (make: Make): Make =>
  (one, dice, path) =>
    one.sort === 'unseen' ? make(one, dice, path) : undefined;
const damaged = (least: number, make: (text: string, dice: Dice) => string): Make =>
  unseen(({ title }, dice) =>
    isLatin(title) && hasLength(title, least) ? make(plain(title), dice) : undefined,
  );

/** How people ask for what it contains. */
export const unseenClasses: Readonly<Record<string, Make>> = {
  'unseen: title': unseen(({ title }) => typed(title)),
  'unseen: accents away': unseen(({ title }) =>
    plain(title) === typed(title) ? undefined : plain(title),
  ),
  'unseen: title, composer': unseen(({ title, artist = '' }) =>
    artist === '' ? undefined : `${typed(title)} ${typed(artist)}`,
  ),
  'unseen: whole name': unseen((_, _dice, path) => path.slice(path.lastIndexOf('/') + 1)),
  'unseen: typo': damaged(5, typo),
  'unseen: two typos': damaged(9, (text, dice) => typo(typo(text, dice), dice)),
  'unseen: no separators': damaged(8, (text) => text.replace(/ /g, '')),
  'unseen: two words': unseen(({ title }, dice) => {
    const words = wordsOf(title).filter((word) => word.length > 3);
    return words.length < 2 ? undefined : dice.shuffled(words).slice(0, 2).join(' ');
  }),
};

/** Games, pieces and data that no corpus contains. */
export const unseenAbsent =
  `Ricochet Robots;Galaxy Trucker;Castles of Burgundy;Hive;Dead of Winter;Mysterium;Camel Up;Die Burgen von Burgund;Hase und Igel;Spiel des Wissens;Les Loups-garous;Colt Express;Takenoko;Tokaido;Great Western Trail;Ark Nova;Power Grid;Funkenschlag;El Grande;Memoir 44;The Four Seasons Vivaldi;Adagio for Strings;Carmen Habanera;Canon Perpetuus;Trumpet Voluntary;Hungarian Dances;Hungarian Rhapsody;Kreutzer Sonata;Water Lilies Suite;Danse Macabre;Peer Gynt Suite;Radetzky Marsch;Zigeunerweisen;Asturias;Flight of the Bumblebee;Pomp and Circumstance;Tales of Hoffmann;Fashion MNIST;Iris Measurements;Titanic Passengers;Boston Housing;Glacier Inventory;Soil Moisture Profiles;Coral Bleaching;Cosmic Microwave Background;Earthquake Catalogue;River Discharge;Tree Rings;Arbeitslosenquote;Tourist Arrivals;Crop Yields;Traffic Counts;Air Quality;Bird Migration;Enquête emploi;Censo agropecuario`.split(
    ';',
  );
