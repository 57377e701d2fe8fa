//! Requests to Route 53, which names what is wanted by method and path instead of an action.

use std::collections::BTreeMap;

use crate::harness::http::Message;

/// The API's version, with which every path of it begins.
const VERSION: &str = "/2013-04-01/hostedzone";

/// The action of a request, and what else it says: path and body, each as one parameter.
pub(super) fn read(message: &Message) -> Option<(String, BTreeMap<String, String>)> {
    let mut words = message.first_line.split(' ');
    let (method, path) = (words.next()?, words.next()?);
    let is_of_records = path.strip_prefix(VERSION)?.contains("/rrset");
    let action = match (method, is_of_records) {
        ("GET", true) => "ListResourceRecordSets",
        ("GET", false) => "ListHostedZones",
        (_, true) => "ChangeResourceRecordSets",
        (_, false) => "CreateHostedZone",
    };
    let parameters = [("Path", path.to_owned()), ("Body", message.text())];
    Some((action.to_owned(), parameters.map(|(name, value)| (name.to_owned(), value)).into()))
}
