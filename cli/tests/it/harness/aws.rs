//! AWS as somebody else sees it: what is there, what was asked for, and a colleague who makes things of his own.

use std::collections::BTreeMap;

use serde_json::Value;

use super::http;
use super::request::{self, Request};

/// A view of a server that does not go through our code.
#[derive(Debug, Clone)]
pub(crate) struct Aws {
    endpoint: String,
}

/// What there is: kind → id → everything known of it. Terminated instances are left aside.
pub(crate) type World = BTreeMap<&'static str, BTreeMap<String, Value>>;

const KINDS: &[(&str, &str)] = &[
    ("ec2", "Instance"),
    ("ec2", "KeyPair"),
    ("ec2", "NetworkInterface"),
    ("ec2", "SecurityGroup"),
    ("ec2", "SecurityGroupRule"),
    ("ec2", "Volume"),
    ("route53", "RecordSet"),
];

/// What the server notes beside a resource and nobody did.
const NOTES: &[&str] = &["running_since", "state_changes", "dynamic_group_list"];

impl Aws {
    pub(super) fn new(endpoint: &str) -> Self {
        Self { endpoint: endpoint.to_owned() }
    }

    /// Everything there is now; compare it with what was there before.
    pub(crate) fn world(&self) -> World {
        let data = self.data();
        let listed = |(service, kind): &(&'static str, &'static str)| {
            let resources = data[*service][*kind].as_array().cloned().unwrap_or_default();
            (*kind, resources.into_iter().filter(|resource| !is_terminated(resource)).map(without_notes).collect())
        };
        KINDS.iter().map(listed).collect()
    }

    /// The live instances, as moto keeps them.
    pub(crate) fn instances(&self) -> Vec<Value> {
        self.list("Instance")
    }

    /// The key pairs.
    pub(crate) fn key_pairs(&self) -> Vec<Value> {
        self.list("KeyPair")
    }

    /// The security groups, without those that every VPC has.
    pub(crate) fn security_groups(&self) -> Vec<Value> {
        self.list("SecurityGroup").into_iter().filter(|group| group["is_default"] != true).collect()
    }

    fn list(&self, kind: &'static str) -> Vec<Value> {
        self.world().remove(kind).unwrap_or_default().into_values().collect()
    }

    fn data(&self) -> Value {
        serde_json::from_str(&http::get(&self.endpoint, "/moto-api/data.json")).unwrap()
    }

    /// Every request since the case began, the colleague's too.
    pub(crate) fn requests(&self) -> Vec<Request> {
        request::recorded(&self.endpoint)
    }

    /// Every request of one action.
    pub(crate) fn requests_of(&self, action: &str) -> Vec<Request> {
        self.requests().into_iter().filter(|request| request.action == action).collect()
    }

    /// Waits until a look has been asked for so often since the last change of this action.
    pub(crate) fn until_asked_after(&self, change: &str, look: &str, times: usize) {
        super::until(&format!("{look} is asked for after {change}, {times} times"), || {
            let requests = self.requests();
            let changed = requests.iter().rposition(|request| request.action == change && !request.only_reads());
            let since = changed.map_or(&[][..], |place| &requests[place..]);
            since.iter().filter(|request| request.action == look).count() >= times
        });
    }

    /// The actions of all requests that change something, in order.
    pub(crate) fn changes(&self) -> Vec<String> {
        let changes = self.requests().into_iter().filter(|request| !request.only_reads());
        changes.map(|request| request.action).collect()
    }

    /// Sends a request as somebody else; parameters are named as in EC2's query protocol. The answer is XML.
    pub(crate) fn call(&self, action: &str, parameters: &[(&str, &str)]) -> String {
        self.call_of("ec2", "2016-11-15", action, parameters)
    }

    fn call_of(&self, service: &str, version: &str, action: &str, parameters: &[(&str, &str)]) -> String {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("Action", action).append_pair("Version", version).extend_pairs(parameters);
        // moto reads service and region from it and checks no signature.
        let scope = format!("AKIACOLLEAGUE/20260101/us-east-1/{service}/aws4_request");
        let authorization = format!("AWS4-HMAC-SHA256 Credential={scope}");
        let fields = [("content-type", "application/x-www-form-urlencoded"), ("authorization", &*authorization)];
        http::post(&self.endpoint, "/", &fields, form.finish().into_bytes())
    }

    /// Makes an instance profile and its role of the same name, as the console does.
    pub(crate) fn instance_profile(&self, name: &str) {
        let iam = |action: &str, parameters: &[(&str, &str)]| self.call_of("iam", "2010-05-08", action, parameters);
        iam("CreateRole", &[("RoleName", name), ("AssumeRolePolicyDocument", "{}")]);
        iam("CreateInstanceProfile", &[("InstanceProfileName", name)]);
        iam("AddRoleToInstanceProfile", &[("InstanceProfileName", name), ("RoleName", name)]);
    }

    /// Makes something as somebody else and returns the text of one element of the answer, such as `subnetId`.
    pub(crate) fn made(&self, action: &str, parameters: &[(&str, &str)], id: &str) -> String {
        element(&self.call(action, parameters), id)
    }

    /// Makes a key pair that is not ours, with these tags; the key is made by AWS.
    pub(crate) fn foreign_key_pair(&self, name: &str, tags: &[(&str, &str)]) -> String {
        let answer = self.make("CreateKeyPair", &[("KeyName", name), ("KeyType", "ed25519")], "key-pair", tags);
        element(&answer, "keyPairId")
    }

    /// Makes a security group that is not ours, with these tags.
    pub(crate) fn foreign_group(&self, name: &str, tags: &[(&str, &str)]) -> String {
        let parameters = [("GroupName", name), ("GroupDescription", "somebody else's")];
        element(&self.make("CreateSecurityGroup", &parameters, "security-group", tags), "groupId")
    }

    /// Launches an instance that is not ours, with these tags.
    pub(crate) fn foreign_instance(&self, tags: &[(&str, &str)]) -> String {
        let image = self.image("x86_64");
        let parameters = [("ImageId", &*image), ("InstanceType", "t3.micro"), ("MinCount", "1"), ("MaxCount", "1")];
        self.launched_from(&parameters, tags)
    }

    /// Launches an instance as these parameters say, with these tags.
    pub(crate) fn launched_from(&self, parameters: &[(&str, &str)], tags: &[(&str, &str)]) -> String {
        element(&self.make("RunInstances", parameters, "instance", tags), "instanceId")
    }

    /// Makes a hosted zone as somebody else, private or public, and returns its id.
    pub(crate) fn zone(&self, name: &str, is_private: bool) -> String {
        let vpc = match is_private {
            true => "<VPC><VPCRegion>us-east-1</VPCRegion><VPCId>vpc-1</VPCId></VPC>",
            false => "",
        };
        let body = format!(
            "<CreateHostedZoneRequest xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\"><Name>{name}</Name>{vpc}\
             <CallerReference>{name}</CallerReference><HostedZoneConfig><PrivateZone>{is_private}</PrivateZone>\
             </HostedZoneConfig></CreateHostedZoneRequest>"
        );
        let answer = self.route53("POST", "/2013-04-01/hostedzone", body);
        element(&answer, "Id").trim_start_matches("/hostedzone/").to_owned()
    }

    /// Makes a record as somebody else.
    pub(crate) fn record(&self, zone: &str, name: &str, kind: &str, value: &str) {
        let body = format!(
            "<ChangeResourceRecordSetsRequest xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\"><ChangeBatch>\
             <Changes><Change><Action>CREATE</Action><ResourceRecordSet><Name>{name}</Name><Type>{kind}</Type>\
             <TTL>300</TTL><ResourceRecords><ResourceRecord><Value>{value}</Value></ResourceRecord></ResourceRecords>\
             </ResourceRecordSet></Change></Changes></ChangeBatch></ChangeResourceRecordSetsRequest>"
        );
        self.route53("POST", &format!("/2013-04-01/hostedzone/{zone}/rrset/"), body);
    }

    /// The records of a zone, each as `NAME TYPE VALUE`, without those that every zone has.
    pub(crate) fn records(&self, zone: &str) -> Vec<String> {
        let answer = self.route53("GET", &format!("/2013-04-01/hostedzone/{zone}/rrset"), String::new());
        let sets = answer.split("<ResourceRecordSet>").skip(1);
        let shown =
            sets.map(|set| format!("{} {} {}", element(set, "Name"), element(set, "Type"), element(set, "Value")));
        let own = shown.filter(|set| !set.contains(" NS ") && !set.contains(" SOA "));
        own.collect::<std::collections::BTreeSet<_>>().into_iter().collect()
    }

    fn route53(&self, method: &str, path: &str, body: String) -> String {
        let scope = "AWS4-HMAC-SHA256 Credential=AKIACOLLEAGUE/20260101/us-east-1/route53/aws4_request";
        let fields = [("content-type", "text/xml"), ("authorization", scope)];
        let request = http::Message::request(method, path, &fields, body.into_bytes());
        let answer = http::exchange(&self.endpoint, &request).unwrap();
        assert!(answer.status() < 300, "{method} {path}: {}", answer.text());
        answer.text()
    }

    /// The id of an Amazon Linux image.
    pub(crate) fn image(&self, architecture: &str) -> String {
        let filters = [("Filter.1.Name", "name"), ("Filter.1.Value.1", "al2023-ami-2*")];
        let of = [("Filter.2.Name", "architecture"), ("Filter.2.Value.1", architecture)];
        element(&self.call("DescribeImages", &[filters, of].concat()), "imageId")
    }

    fn make(&self, action: &str, parameters: &[(&str, &str)], resource: &str, tags: &[(&str, &str)]) -> String {
        let mut all: Vec<(String, String)> = parameters.iter().map(|(a, b)| ((*a).into(), (*b).into())).collect();
        if !tags.is_empty() {
            all.push(("TagSpecification.1.ResourceType".to_owned(), resource.to_owned()));
        }
        for (number, (key, value)) in (1..).zip(tags) {
            all.push((format!("TagSpecification.1.Tag.{number}.Key"), (*key).to_owned()));
            all.push((format!("TagSpecification.1.Tag.{number}.Value"), (*value).to_owned()));
        }
        let all: Vec<(&str, &str)> = all.iter().map(|(name, value)| (&**name, &**value)).collect();
        self.call(action, &all)
    }
}

/// The tags of a resource of [`World`].
pub(crate) fn tags(resource: &Value) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let tags = resource["tag_list"].as_array().into_iter().flatten();
    tags.map(|tag| (text(&tag["key"]), text(&tag["value"]))).collect()
}

fn is_terminated(resource: &Value) -> bool {
    resource["state"] == "terminated"
}

fn without_notes(mut resource: Value) -> (String, Value) {
    let fields = resource.as_object_mut().unwrap();
    for note in NOTES {
        fields.remove(*note);
    }
    (id(&resource), resource)
}

/// The id of a resource; a record has none, and goes by its name and type.
fn id(resource: &Value) -> String {
    let text = |field: &str| resource[field].as_str().unwrap_or_default().to_owned();
    if resource["id"].is_string() { text("id") } else { format!("{} {}", text("name"), text("type")) }
}

/// The text of the first XML element of this name.
fn element(xml: &str, name: &str) -> String {
    let after = xml.split_once(&format!("<{name}>")).unwrap_or_else(|| panic!("no <{name}> in {xml}")).1;
    after.split('<').next().unwrap().to_owned()
}
