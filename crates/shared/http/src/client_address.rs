use actix_web::HttpRequest;
use ipnet::{IpNet, Ipv6Net};
use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    str::FromStr,
};

/// The header in which each proxy notes whom it has the request from.
const FORWARDED_FOR: &str = "X-Forwarded-For";

/// How much of an IPv6 address is one customer's: the rest they choose themselves (RFC 6177, section 2).
const IPV6_PREFIX: u8 = 64;

/// The proxies whose word on where a request comes from counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

/// The text is no list of addresses and ranges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be addresses or ranges such as 10.0.0.0/8, with commas between them")]
pub struct InvalidProxies;

impl FromStr for TrustedProxies {
    type Err = InvalidProxies;

    fn from_str(text: &str) -> Result<Self, InvalidProxies> {
        let network =
            |item: &str| item.parse().ok().or_else(|| item.parse().ok().map(|address: IpAddr| address.to_canonical().into()));
        text.split(',').map(|item| network(item.trim()).ok_or(InvalidProxies)).collect::<Result<_, _>>().map(Self)
    }
}

impl TrustedProxies {
    /// The address that a request comes from, as far as it can be trusted: the socket's, or, where that is a trusted proxy's, whom it
    /// names, and so on. What is no address ends the walk, because nobody behind it is known.
    #[must_use]
    pub fn client_of(&self, request: &HttpRequest) -> ClientAddress {
        let socket = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |socket| socket.ip());
        // What a client wrote that is no text must not hide what the proxy added to it.
        let headers: Vec<_> =
            request.headers().get_all(FORWARDED_FOR).map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
        self.walk(socket, &headers)
    }

    /// Several headers are one list (RFC 9110, section 5.3), which each proxy adds to at the end.
    fn walk(&self, socket: IpAddr, headers: &[impl AsRef<str>]) -> ClientAddress {
        let mut client = socket.to_canonical();
        for hop in headers.iter().rev().flat_map(|header| header.as_ref().rsplit(',')) {
            if !self.trust(client) {
                break;
            }
            let Some(address) = address(hop.trim()) else { break };
            client = address;
        }
        ClientAddress(client)
    }

    fn trust(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// An address, bare or, as some proxies write it, with a port.
fn address(hop: &str) -> Option<IpAddr> {
    let bare = hop.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(hop);
    let address = bare.parse().ok().or_else(|| hop.parse().ok().map(|socket: SocketAddr| socket.ip()));
    address.map(|address: IpAddr| address.to_canonical())
}

/// Where a request comes from. It is shown as what its quotas are counted by: an IPv4 address, or the range that an IPv6 customer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(IpAddr);

impl fmt::Display for ClientAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            IpAddr::V4(address) => address.fmt(formatter),
            IpAddr::V6(address) => Ipv6Net::new_assert(address, IPV6_PREFIX).trunc().fmt(formatter),
        }
    }
}

#[cfg(test)]
mod tests;
