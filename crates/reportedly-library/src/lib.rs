//! Readings on disk.
