-- Version 5: what is counted over all articles.

-- What is counted of a reading: its headline, whom it names and cites. Made from the reading, and made again by
-- `reportedly rebuild`.
CREATE TABLE gist (
  seq INTEGER PRIMARY KEY REFERENCES observation (seq),
  body BLOB NOT NULL
) STRICT;

-- Where the log was cut back, the last few times: whoever has counted it counts from there again.
CREATE TABLE cut (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  step INTEGER NOT NULL
) STRICT;

-- Pages that carry no article, by what they are.
CREATE INDEX observation_kind ON observation (kind, known_at) WHERE is_article = 0 AND forgotten_at IS NULL;
