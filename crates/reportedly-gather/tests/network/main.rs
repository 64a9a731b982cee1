//! The network layer against servers of our own, on this machine.

mod fetching;
mod gathering;
mod server;
