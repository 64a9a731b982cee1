-- Version 4: what is followed, what was new in it, and who has been told.

-- The truth: a saved search, or a story.
CREATE TABLE follow (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  query TEXT,
  -- The id of the article that founded it when it was last looked at.
  story TEXT,
  -- JSON: further articles of it, by which it is found should that one go.
  anchors TEXT NOT NULL DEFAULT '[]',
  -- JSON: the names of those who are told.
  targets TEXT NOT NULL,
  added_at INTEGER NOT NULL,
  -- The last observation that is no news any more, and when that was found.
  looked INTEGER NOT NULL,
  looked_at INTEGER NOT NULL,
  CHECK ((query IS NULL) <> (story IS NULL))
) STRICT;

-- What was new. An id that was ever made is not made again.
CREATE TABLE alert (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  follow INTEGER NOT NULL REFERENCES follow (id),
  made_at INTEGER NOT NULL,
  -- JSON: the articles whose words it has.
  articles TEXT NOT NULL,
  -- JSON; nothing where one of them was forgotten.
  body TEXT
) STRICT;
CREATE INDEX alert_follow ON alert (follow);

-- Whom it is for, and how that stands.
CREATE TABLE delivery (
  alert INTEGER NOT NULL REFERENCES alert (sequence),
  target TEXT NOT NULL,
  -- How often it was tried; counted before each try.
  attempts INTEGER NOT NULL DEFAULT 0,
  -- When it is tried next; not any more where there is nothing.
  due_at INTEGER,
  delivered_at INTEGER,
  given_up_at INTEGER,
  -- 1 where the receiver did answer, and will not have it.
  refused INTEGER NOT NULL DEFAULT 0,
  -- What went wrong last, in words.
  failed TEXT,
  PRIMARY KEY (alert, target)
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_due ON delivery (target, alert) WHERE due_at IS NOT NULL;
