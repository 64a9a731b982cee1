-- Version 2: the feeds that are to be fetched.

-- The truth, as observations are: nothing else says which feeds somebody wishes to have.
CREATE TABLE subscription (
  id INTEGER PRIMARY KEY,
  url TEXT NOT NULL UNIQUE,
  title TEXT,
  -- The address of the site that the feed is of.
  site TEXT,
  -- JSON: the folders that it is in, each a list of names from the outermost on.
  folders TEXT NOT NULL,
  -- 1 where it is not to be fetched for now.
  paused INTEGER NOT NULL DEFAULT 0,
  added_at INTEGER NOT NULL
) STRICT;
