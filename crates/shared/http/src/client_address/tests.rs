use super::{FORWARDED_FOR, InvalidProxies, TrustedProxies};
use actix_web::{
    http::header::{HeaderName, HeaderValue},
    test::TestRequest,
};
use proptest::prelude::*;
use rstest::rstest;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// No header.
const NOTHING: [&str; 0] = [];

const PROXIES: &str = "10.0.0.0/8, 192.0.2.7, 2001:db8:ff::/48";

fn proxies() -> TrustedProxies {
    PROXIES.parse().expect("proxies")
}

fn client(socket: &str, headers: &[&str]) -> String {
    proxies().walk(socket.parse().expect("an address"), headers).to_string()
}

#[rstest]
#[case::nobody_in_between("198.51.100.1", &[], "198.51.100.1")]
#[case::a_header_that_nobody_trusts("198.51.100.1", &["203.0.113.9"], "198.51.100.1")]
#[case::one_proxy("10.1.2.3", &["203.0.113.9"], "203.0.113.9")]
#[case::one_proxy_by_its_address("192.0.2.7", &["203.0.113.9"], "203.0.113.9")]
#[case::its_neighbour("192.0.2.8", &["203.0.113.9"], "192.0.2.8")]
#[case::two_proxies("10.1.2.3", &["203.0.113.9, 10.9.9.9"], "203.0.113.9")]
#[case::what_the_client_wrote_itself("10.1.2.3", &["1.1.1.1, 203.0.113.9"], "203.0.113.9")]
#[case::what_the_client_wrote_itself_in_a_header_of_its_own("10.1.2.3", &["1.1.1.1", "203.0.113.9"], "203.0.113.9")]
#[case::what_the_client_wrote_in_the_name_of_a_proxy("10.1.2.3", &["1.1.1.1, 10.9.9.9, 203.0.113.9, 10.9.9.9"], "203.0.113.9")]
#[case::proxies_alone("10.1.2.3", &["10.0.0.1, 10.0.0.2"], "10.0.0.1")]
#[case::a_proxy_that_says_nothing("10.1.2.3", &[], "10.1.2.3")]
#[case::an_empty_header("10.1.2.3", &[""], "10.1.2.3")]
#[case::nonsense("10.1.2.3", &["unknown"], "10.1.2.3")]
#[case::nonsense_behind_a_proxy("10.1.2.3", &["203.0.113.9, _hidden, 10.9.9.9"], "10.9.9.9")]
#[case::nonsense_behind_the_client("10.1.2.3", &["unknown, 203.0.113.9"], "203.0.113.9")]
#[case::with_a_port("10.1.2.3", &["203.0.113.9:4711"], "203.0.113.9")]
#[case::with_space("10.1.2.3", &["  203.0.113.9  ,10.9.9.9 "], "203.0.113.9")]
#[case::ipv6_by_its_range("2001:db8:1:2:3:4:5:6", &[], "2001:db8:1:2::/64")]
#[case::ipv6_behind_a_proxy("2001:db8:ff::1", &["2001:db8:1:2::9"], "2001:db8:1:2::/64")]
#[case::ipv6_in_brackets("10.1.2.3", &["[2001:db8:1:2::9]"], "2001:db8:1:2::/64")]
#[case::ipv6_with_a_port("10.1.2.3", &["[2001:db8:1:2::9]:4711"], "2001:db8:1:2::/64")]
#[case::mapped("::ffff:198.51.100.1", &["203.0.113.9"], "198.51.100.1")]
#[case::a_mapped_proxy("::ffff:10.1.2.3", &["::ffff:203.0.113.9"], "203.0.113.9")]
fn a_client_is_the_last_hop_that_a_trusted_proxy_vouches_for(
    #[case] socket: &str,
    #[case] headers: &[&str],
    #[case] expected: &str,
) {
    assert_eq!(client(socket, headers), expected);
}

#[test]
fn without_proxies_the_socket_alone_counts() {
    let nobody = TrustedProxies::default();
    assert_eq!(nobody.walk(Ipv4Addr::LOCALHOST.into(), &["203.0.113.9"]).to_string(), "127.0.0.1");
}

#[test]
fn the_headers_of_a_request_are_read_in_their_order() {
    let request = TestRequest::default().peer_addr("10.1.2.3:80".parse().expect("a socket"));
    let request = request.append_header((FORWARDED_FOR, "1.1.1.1")).append_header((FORWARDED_FOR, "203.0.113.9, 10.0.0.1"));
    assert_eq!(proxies().client_of(&request.to_http_request()).to_string(), "203.0.113.9");
}

#[test]
fn what_is_no_text_does_not_hide_what_the_proxy_added_to_it() {
    let written = HeaderValue::from_bytes(b"\xff, 203.0.113.9").expect("a header's value");
    let request = TestRequest::default().peer_addr("10.1.2.3:80".parse().expect("a socket"));
    let request = request.insert_header((HeaderName::from_static("x-forwarded-for"), written));
    assert_eq!(proxies().client_of(&request.to_http_request()).to_string(), "203.0.113.9");
}

#[rstest]
#[case("10.0.0.1")]
#[case("10.0.0.0/8,2001:db8::/32")]
#[case(" 127.0.0.1 , ::1 ")]
#[case("::ffff:10.0.0.1")]
fn addresses_and_ranges_are_a_list_of_proxies(#[case] text: &str) {
    assert!(text.parse::<TrustedProxies>().is_ok());
}

#[rstest]
#[case("")]
#[case("localhost")]
#[case("10.0.0.0/33")]
#[case("10.0.0.1,")]
#[case("10.0.0.1 10.0.0.2")]
#[case("*")]
fn anything_else_is_none(#[case] text: &str) {
    assert_eq!(text.parse::<TrustedProxies>(), Err(InvalidProxies));
}

fn any_address() -> impl Strategy<Value = IpAddr> {
    prop_oneof![
        any::<[u8; 4]>().prop_map(|octets| Ipv4Addr::from(octets).into()),
        any::<[u8; 16]>().prop_map(|octets| Ipv6Addr::from(octets).into())
    ]
}

proptest! {
    #[test]
    fn who_does_not_come_by_a_proxy_is_who_they_are_whatever_they_write(
        socket in any_address(),
        headers in prop::collection::vec(".{0,60}", 0..4),
    ) {
        let headers: Vec<_> = headers.iter().map(String::as_str).collect();
        prop_assume!(!proxies().trust(socket.to_canonical()));
        prop_assert_eq!(proxies().walk(socket, &headers), proxies().walk(socket, &NOTHING));
    }

    #[test]
    fn who_comes_by_a_proxy_cannot_be_somebody_else_whatever_they_write(
        client in any_address(),
        written in prop::collection::vec(".{0,60}", 0..4),
    ) {
        prop_assume!(!proxies().trust(client.to_canonical()));
        let noted = client.to_string();
        let headers: Vec<_> = written.iter().map(String::as_str).chain([noted.as_str()]).collect();
        let by_proxy = proxies().walk(Ipv4Addr::new(10, 0, 0, 1).into(), &headers);
        prop_assert_eq!(by_proxy, proxies().walk(client, &NOTHING));
    }
}
