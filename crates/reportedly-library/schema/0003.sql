-- Version 3: how subscriptions fare, what their items are, and which pages are to be asked for.

-- "feed" or "sitemap".
ALTER TABLE subscription ADD COLUMN kind TEXT NOT NULL DEFAULT 'feed';
-- When it is asked next; at once where there is nothing.
ALTER TABLE subscription ADD COLUMN due_at INTEGER;
-- JSON: what whoever asks it remembers.
ALTER TABLE subscription ADD COLUMN asked TEXT;

-- What a subscription says of an article: its text, its source, its dates. An item keeps its name while its address
-- does, or its GUID.
CREATE TABLE item (
  subscription INTEGER NOT NULL REFERENCES subscription (id),
  name TEXT NOT NULL,
  -- By hash.
  guid TEXT,
  -- A hash of what it says, to see that it says something else.
  said INTEGER NOT NULL,
  -- JSON, packed.
  body BLOB NOT NULL,
  first_at INTEGER NOT NULL,
  PRIMARY KEY (subscription, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX item_name ON item (name);
CREATE INDEX item_guid ON item (subscription, guid) WHERE guid IS NOT NULL;

-- The page of an item, once for all subscriptions that have it.
CREATE TABLE visit (
  name TEXT PRIMARY KEY,
  url TEXT,
  -- The article that its page is.
  article TEXT,
  -- 1 where it stays that article whatever the page says: its address changed, and its GUID did not.
  renamed INTEGER NOT NULL DEFAULT 0,
  -- When it is asked for next; not any more where there is nothing.
  due_at INTEGER,
  asked TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX visit_due ON visit (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX visit_article ON visit (article) WHERE article IS NOT NULL;

-- Hosts that asked to be left alone, and until when. Pages of a host that refuses them stand as "pages HOST".
CREATE TABLE held (
  host TEXT PRIMARY KEY,
  until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
