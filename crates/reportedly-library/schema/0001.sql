-- Version 1: observations and what is folded from them.

-- The truth: one row for each sight of a page, never changed. A takedown empties it and leaves it standing.
CREATE TABLE observation (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  article TEXT NOT NULL,
  -- What was read, with all that was told about it: who has it has read it.
  sight BLOB NOT NULL,
  url TEXT,
  path TEXT,
  outlet TEXT,
  title TEXT,
  kind TEXT NOT NULL,
  -- Microseconds since 1970, UTC, as all times here.
  first_seen INTEGER,
  recorded_at INTEGER NOT NULL,
  known_at INTEGER NOT NULL,
  known_strict INTEGER NOT NULL,
  -- 1 where the page carries an article, which is what stories are made of.
  is_article INTEGER NOT NULL,
  -- A hash of title and text; with the sign turned, so that it sorts as the number without one does.
  content INTEGER NOT NULL,
  page_hash BLOB NOT NULL,
  -- 1 where the page's bytes were kept.
  page_kept INTEGER NOT NULL,
  headers TEXT,
  archive TEXT,
  archive_offset INTEGER,
  -- When it was ordered forgotten.
  forgotten_at INTEGER
) STRICT;
CREATE UNIQUE INDEX observation_once
  ON observation (article, page_hash, coalesce(first_seen, -9223372036854775808));
CREATE INDEX observation_sight ON observation (sight);
CREATE INDEX observation_order ON observation (known_at, article) WHERE is_article = 1 AND forgotten_at IS NULL;
CREATE INDEX observation_page ON observation (page_hash);

-- What a reader made of it: JSON, packed.
CREATE TABLE reading (
  seq INTEGER PRIMARY KEY REFERENCES observation (seq),
  body BLOB NOT NULL
) STRICT;

-- The page's bytes, packed, once for all its sights.
CREATE TABLE page (
  id INTEGER PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE,
  body BLOB NOT NULL
) STRICT;

CREATE TABLE setting (
  name TEXT PRIMARY KEY,
  value ANY
) STRICT, WITHOUT ROWID;

-- All that follows is folded from the above, and made again by `reportedly rebuild`.

-- What the fold needs of a reading.
CREATE TABLE features (
  seq INTEGER PRIMARY KEY REFERENCES observation (seq),
  body BLOB NOT NULL
) STRICT;

-- Where each article's observation went, in the order of the fold: a prefix of the steps is what was known by a time.
-- Places number the states of articles; a sight that says what an earlier one said has none. Story and family are the
-- places of those that founded them, when the step was taken.
CREATE TABLE placed (
  step INTEGER PRIMARY KEY,
  seq INTEGER NOT NULL UNIQUE REFERENCES observation (seq),
  known_at INTEGER NOT NULL,
  article TEXT NOT NULL,
  place INTEGER UNIQUE,
  name TEXT,
  story INTEGER,
  family INTEGER,
  -- How many stories there were after this step.
  stories INTEGER NOT NULL
) STRICT;
CREATE INDEX placed_order ON placed (known_at, step);
CREATE INDEX placed_story ON placed (story, step) WHERE story IS NOT NULL;
CREATE INDEX placed_name ON placed (name) WHERE name IS NOT NULL;

-- Stories that became one, and the step that showed it.
CREATE TABLE merged (
  gone INTEGER PRIMARY KEY,
  kept INTEGER NOT NULL,
  step INTEGER NOT NULL
) STRICT;
CREATE INDEX merged_kept ON merged (kept);
CREATE INDEX merged_step ON merged (step);

-- Families of copies that became one, likewise.
CREATE TABLE family_merged (
  gone INTEGER PRIMARY KEY,
  kept INTEGER NOT NULL,
  step INTEGER NOT NULL
) STRICT;
CREATE INDEX family_merged_step ON family_merged (step);

-- Who publishes, as it was first written, and the step from which on that was known.
CREATE TABLE outlet (
  name TEXT PRIMARY KEY,
  step INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX outlet_step ON outlet (step);

-- The fold's state after so many steps, in the folder `checkpoints`.
CREATE TABLE checkpoint (
  steps INTEGER PRIMARY KEY,
  file TEXT NOT NULL,
  hash BLOB NOT NULL
) STRICT;

-- What the search index does not yet have as it is in the log: observations that came or went. `held` where the index
-- may have it.
CREATE TABLE unindexed (
  seq INTEGER PRIMARY KEY,
  held INTEGER NOT NULL
) STRICT;
CREATE TRIGGER placed_comes AFTER INSERT ON placed WHEN new.place IS NOT NULL BEGIN
  INSERT INTO unindexed (seq, held) VALUES (new.seq, 0) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER placed_goes AFTER DELETE ON placed WHEN old.place IS NOT NULL BEGIN
  INSERT INTO unindexed (seq, held) VALUES (old.seq, 1) ON CONFLICT (seq) DO UPDATE SET held = 1;
END;
