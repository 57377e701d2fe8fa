//! Network interfaces: what keeps a security group from being deleted.

use aws_sdk_ec2::operation::describe_network_interfaces::DescribeNetworkInterfacesInput;
use aws_sdk_ec2::types;

use super::client::Aws;
use super::convert::filter;
use super::error::CallError;
use super::pages::every_token;

/// A network interface and what it is attached to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NetworkInterface {
    pub(crate) id: String,
    pub(crate) description: String,
    pub(crate) attached: Attached,
}

/// What a network interface is attached to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Attached {
    /// An instance, by its id.
    Instance(String),
    /// A service of AWS, such as a load balancer.
    Service,
    /// Nothing, or nothing any more.
    Nothing,
}

impl Aws {
    /// The network interfaces that use a security group.
    pub(crate) async fn interfaces_using(&self, group_id: &str) -> Result<Vec<NetworkInterface>, CallError> {
        let request = DescribeNetworkInterfacesInput::builder().filters(filter("group-id", group_id)).max_results(1000);
        every_token(async |next| {
            let page = request.clone().set_next_token(next).send_with(&self.ec2).await?;
            let using = page.network_interfaces.unwrap_or_default().into_iter();
            let using = using.filter(|interface| interface.groups().iter().any(|id| id.group_id() == Some(group_id)));
            Ok((using.filter_map(interface), page.next_token))
        })
        .await
    }
}

/// Reads EC2's description of a network interface.
fn interface(described: types::NetworkInterface) -> Option<NetworkInterface> {
    let is_managed = described.requester_managed == Some(true);
    let attached = match described.attachment {
        Some(attachment) => {
            attachment.instance_id.filter(|id| !id.is_empty()).map_or(Attached::Service, Attached::Instance)
        }
        None if is_managed => Attached::Service,
        None => Attached::Nothing,
    };
    let description = described.description.unwrap_or_default();
    Some(NetworkInterface { id: described.network_interface_id?, description, attached })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interface_says_what_it_is_attached_to() {
        let described = || types::NetworkInterface::builder().network_interface_id("eni-1");
        let attachment = types::NetworkInterfaceAttachment::builder;
        let cases = [
            (described().attachment(attachment().instance_id("i-1").build()), Attached::Instance("i-1".to_owned())),
            (described().attachment(attachment().instance_owner_id("amazon-elb").build()), Attached::Service),
            (described().requester_managed(true), Attached::Service),
            (described(), Attached::Nothing),
        ];
        for (described, expected) in cases {
            assert_eq!(interface(described.build()).unwrap().attached, expected);
        }
    }
}
