//! Which addresses may be fetched from: those of the public internet, unless more is allowed.
//!
//! What is fetched is named by strangers (feeds, pages, redirects), so an address inside one's own network must not be
//! reached that way. The check stands where a name becomes addresses, and only what passed it is connected to: a name
//! that is asked for twice and answers differently the second time gains nothing.

use super::Fault;
use crate::web::is_web;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
};
use url::{Host, Url};

/// Answers for names that are asked before the system's resolver; `None` leaves a name to it.
pub type Hosts = Arc<dyn Fn(&str) -> Option<Vec<IpAddr>> + Send + Sync>;

/// Which addresses may be connected to.
#[derive(Clone, Default)]
pub struct Reach {
    /// All, private ones included.
    pub allow_private: bool,
    /// Single addresses that are allowed though they are private.
    pub allowed: Vec<IpAddr>,
    /// Names that are known otherwise than by the system's resolver. What they give is checked like all else.
    pub hosts: Option<Hosts>,
}

impl fmt::Debug for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reach")
            .field("allow_private", &self.allow_private)
            .field("allowed", &self.allowed)
            .field("hosts", &self.hosts.is_some())
            .finish()
    }
}

impl Reach {
    /// Whether an address may be connected to.
    pub fn allows(&self, address: IpAddr) -> bool {
        self.allow_private || is_public(address) || self.allowed.contains(&address)
    }

    /// Whether a URL may be asked for, as far as can be told before its name is resolved.
    ///
    /// `Url` has already turned odd notations of an address (`0x7f.1`, `2130706433`) into plain ones.
    pub(crate) fn check(&self, url: &Url) -> Result<(), Fault> {
        if !is_web(url) {
            return Err(Fault::Scheme(url.scheme().to_owned()));
        }
        let address = match url.host() {
            Some(Host::Ipv4(address)) => IpAddr::V4(address),
            Some(Host::Ipv6(address)) => IpAddr::V6(address),
            Some(Host::Domain(name)) if !name.is_empty() => return Ok(()),
            _ => return Err(Fault::Address(url.to_string())),
        };
        if self.allows(address) { Ok(()) } else { Err(Fault::Private(address.to_string())) }
    }
}

/// Whether an address is one of the public internet.
///
/// IPv4 and IPv6 addresses by the registries of special purposes (RFC 6890 and what followed it); an IPv6 address that
/// carries an IPv4 one is judged by that.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = match (a, b) {
        // This network, private, loopback; multicast, reserved, broadcast.
        (0 | 10 | 127 | 224.., _) => true,
        // Carrier-grade NAT; private.
        (100, 64..=127) | (172, 16..=31) | (192, 168) => true,
        // Link-local, and where clouds keep their metadata.
        (169, 254) => true,
        // Benchmarks.
        (198, 18 | 19) => true,
        // Protocol assignments, relays of 6to4, documentation.
        (192, 0) => matches!(c, 0 | 2),
        (192, 88) => c == 99,
        (198, 51) => c == 100,
        (203, 0) => c == 113,
        _ => false,
    };
    // A cloud's metadata and agent address that lies among the public ones.
    !special && address != Ipv4Addr::new(168, 63, 129, 16)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let embedded =
        |high: u16, low: u16| is_public_v4(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)));
    match address.segments() {
        // IPv4-mapped, and NAT64's well-known prefix.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => embedded(high, low),
        // 6to4.
        [0x2002, high, low, ..] => embedded(high, low),
        // Protocol assignments (Teredo, ORCHID, benchmarks), documentation.
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => false,
        // Only these are given out; loopback, private, link-local, multicast and all else lie outside.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

/// A resolver that gives only addresses that may be connected to.
#[derive(Debug)]
pub(super) struct Guard(pub Arc<Reach>);

/// Every address of a name was refused.
#[derive(Debug)]
pub(super) struct Refused(pub IpAddr);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is a private address", self.0)
    }
}

impl std::error::Error for Refused {}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = Arc::clone(&self.0);
        Box::pin(async move {
            let name = name.as_str();
            let known = reach.hosts.as_ref().and_then(|hosts| hosts(name));
            let found: Vec<SocketAddr> = match known {
                Some(known) => known.into_iter().map(|address| SocketAddr::new(address, 0)).collect(),
                None => tokio::net::lookup_host((name, 0)).await?.collect(),
            };
            let allowed: Vec<SocketAddr> =
                found.iter().copied().filter(|address| reach.allows(address.ip())).collect();
            match (allowed.is_empty(), found.first()) {
                (true, Some(refused)) => Err(Refused(refused.ip()).into()),
                (true, None) => Err("the name has no address".into()),
                _ => Ok(Box::new(allowed.into_iter()) as Addrs),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(url: &str) -> bool {
        Url::parse(url).is_ok_and(|url| Reach::default().check(&url).is_ok())
    }

    #[test]
    fn only_the_public_internet_is_fetched_from() {
        for public in [
            "8.8.8.8",
            "100.63.255.255",
            "172.32.0.1",
            "192.0.1.1",
            "223.255.255.255",
            "2600::1",
            "2001:4860:4860::8888",
            "::ffff:8.8.8.8",
            "64:ff9b::8.8.8.8",
            "2002:808:808::1",
        ] {
            assert!(is_public(public.parse().expect("an address")), "{public}");
        }
        for special in [
            "0.0.0.0",
            "0.1.2.3",
            "10.1.2.3",
            "100.64.0.1",
            "100.100.100.200",
            "127.0.0.1",
            "127.255.0.3",
            "168.63.129.16",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.168.1.1",
            "198.19.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "::ffff:0:127.0.0.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::8.8.8.8",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(special.parse().expect("an address")), "{special}");
        }
    }

    #[test]
    fn odd_notations_and_schemes_gain_nothing() {
        assert!(allowed("http://wire.example/"));
        assert!(allowed("https://8.8.8.8:8443/feed"));
        for refused in [
            "http://127.1/",
            "http://0x7f000001/",
            "http://2130706433/",
            "http://0177.0.0.1/",
            "http://127.0.0.1./",
            "http://%31%32%37.0.0.1/",
            "http://①②⑦.0.0.1/",
            "http://[::1]/",
            "http://[::ffff:7f00:1]/",
            "http://0/",
            "ftp://wire.example/",
            "file:///etc/passwd",
            "data:text/html,a",
            "gopher://8.8.8.8/",
        ] {
            assert!(!allowed(refused), "{refused}");
        }
    }

    #[test]
    fn what_is_allowed_is_allowed() {
        let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
        assert!(!Reach::default().allows(loopback));
        assert!(Reach { allow_private: true, ..Reach::default() }.allows(loopback));
        let one = Reach { allowed: vec![loopback], ..Reach::default() };
        assert!(one.allows(loopback) && !one.allows(Ipv4Addr::new(127, 0, 0, 2).into()));
    }
}
