//! Whether a call is allowed, found out without changing anything: what only reads is called, and what changes something
//! is asked for with `DryRun`, to which EC2 answers whether it would have done it.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/CommonParameters.html>

use aws_sdk_ec2::config::http::HttpResponse;
use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_ec2::operation::delete_security_group::DeleteSecurityGroupInput;
use aws_sdk_ec2::operation::delete_volume::DeleteVolumeInput;
use aws_sdk_ec2::operation::describe_images::DescribeImagesInput;
use aws_sdk_ec2::operation::describe_network_interfaces::DescribeNetworkInterfacesInput;
use aws_sdk_ec2::operation::describe_security_group_rules::DescribeSecurityGroupRulesInput;
use aws_sdk_ec2::operation::get_console_output::GetConsoleOutputInput;
use aws_sdk_ec2::operation::revoke_security_group_ingress::RevokeSecurityGroupIngressInput;
use aws_sdk_ec2::operation::revoke_security_group_ingress::builders::RevokeSecurityGroupIngressInputBuilder;
use aws_sdk_ec2::operation::start_instances::StartInstancesInput;
use aws_sdk_ec2::operation::stop_instances::StopInstancesInput;
use aws_sdk_ec2::operation::terminate_instances::TerminateInstancesInput;
use iac_core::dns::Zone;
use iac_core::ingress::NewRule;
use iac_core::name::{GroupName, KeyName};
use iac_core::policy::Operation;
use iac_core::public_key::PublicKey;
use iac_core::tag::Tag;

use super::client::Aws;
use super::error::CallError;
use super::launch::{self, Launch};
use super::operation::Named;
use super::{enclaves, ingress, instance, key_pair, security_group};

/// A public key whose private half nobody has: its 32 bytes are a sentence.
const NOBODYS_KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG5vIHByaXZhdGUgaGFsZiBiZWxvbmdzIHRvIHRoaXMu";
/// A network of documentation, from which nobody ever comes (RFC 5737).
const NOBODYS_NETWORK: &str = "192.0.2.0/24";
/// The fewest results that EC2 lets itself be asked for.
const FEW: i32 = 5;

/// What calls can be tried with: what the settings name, and what is there already.
#[derive(Debug, Default)]
pub(crate) struct Given<'a> {
    /// The tags of what is made.
    pub(crate) tags: Vec<Tag>,
    pub(crate) key_name: Option<&'a KeyName>,
    pub(crate) group_name: Option<&'a GroupName>,
    pub(crate) ssh_port: u16,
    pub(crate) instance_id: Option<&'a str>,
    pub(crate) key_pair_id: Option<&'a str>,
    pub(crate) group_id: Option<&'a str>,
    pub(crate) volume_id: Option<&'a str>,
    pub(crate) zone: Option<&'a Zone>,
    /// A launch, and the subnet for it.
    pub(crate) launch: Option<(Launch, &'a str)>,
}

impl Aws {
    /// Tries a call. `None` where it takes more than is given, where AWS has no way to try it, and for calls of which the
    /// caller needs the answer and makes them for that.
    pub(crate) async fn trial(&self, operation: Operation, given: &Given<'_>) -> Option<Result<(), CallError>> {
        macro_rules! made {
            ($request:expr) => {
                passed($request.send_with(&self.ec2).await)
            };
        }
        macro_rules! dry {
            ($request:expr) => {
                made!($request.dry_run(true))
            };
        }
        use Operation as O;
        let (id, group) = (given.instance_id, given.group_id);
        Some(match operation {
            // Of the first nothing but the change itself tells: Route 53 has no dry run.
            O::ChangeResourceRecordSets
            | O::DescribeInstanceTypeOfferings
            | O::DescribeInstanceTypes
            | O::DescribeInstances
            | O::DescribeKeyPairs
            | O::DescribeRouteTables
            | O::DescribeSecurityGroups
            | O::DescribeSubnets
            | O::DescribeVolumes
            | O::GetCallerIdentity
            | O::GetParameters
            | O::GetServiceQuota
            | O::ListHostedZones => return None,
            O::DescribeImages => made!(DescribeImagesInput::builder().owners("self").max_results(FEW)),
            O::DescribeNetworkInterfaces => made!(DescribeNetworkInterfacesInput::builder().max_results(FEW)),
            O::DescribeRegions => self.regions().await.map(drop),
            O::DescribeSecurityGroupRules => made!(DescribeSecurityGroupRulesInput::builder().max_results(FEW)),
            O::DescribeVpcs => self.default_vpc().await.map(drop),
            O::GetConsoleOutput => made!(GetConsoleOutputInput::builder().instance_id(id?)),
            O::ListResourceRecordSets => {
                let zone = given.zone?;
                self.records(zone, &zone.name).await.map(drop)
            }
            O::AuthorizeSecurityGroupIngress => {
                dry!(ingress::authorization(group?, given.ssh_port, &[nobodys_rule()], &given.tags))
            }
            O::CreateSecurityGroup => {
                dry!(security_group::creation(given.group_name?, None, "of a trial", &given.tags))
            }
            O::CreateTags => dry!(instance::tagging(id.or(group).or(given.key_pair_id)?, &given.tags)),
            O::DeleteKeyPair => dry!(key_pair::delete_request(given.key_pair_id?)),
            O::DeleteSecurityGroup => dry!(DeleteSecurityGroupInput::builder().group_id(group?)),
            O::DeleteVolume => dry!(DeleteVolumeInput::builder().volume_id(given.volume_id?)),
            O::ImportKeyPair => dry!(key_pair::import_request(given.key_name?, &nobodys_key(), &given.tags)),
            O::ModifyInstanceAttribute => dry!(enclaves::switch(id?, true)),
            O::RevokeSecurityGroupIngress => dry!(revocation(group?, given.ssh_port)),
            O::RunInstances => {
                let (launch, subnet_id) = given.launch.as_ref()?;
                dry!(launch::request(launch, subnet_id))
            }
            O::StartInstances => dry!(StartInstancesInput::builder().instance_ids(id?)),
            O::StopInstances => dry!(StopInstancesInput::builder().instance_ids(id?)),
            O::TerminateInstances => dry!(TerminateInstancesInput::builder().instance_ids(id?)),
        })
    }
}

/// What an answer says of the right: that a dry run would have been carried out is an error by its form alone.
fn passed<T, E>(answer: Result<T, SdkError<E, HttpResponse>>) -> Result<(), CallError>
where
    E: Named + ProvideErrorMetadata + std::error::Error + 'static,
{
    match answer.map_err(|error| CallError::new(&error)) {
        Err(error) if !error.is("DryRunOperation") => Err(error),
        _ => Ok(()),
    }
}

fn nobodys_key() -> PublicKey {
    PublicKey::parse(NOBODYS_KEY).expect("it is written as OpenSSH writes keys")
}

fn nobodys_rule() -> NewRule {
    let cidr = NOBODYS_NETWORK.parse().expect("it is a network");
    NewRule { cidr, description: "of a trial".to_owned() }
}

/// The request to take away a rule that no group of ours has.
fn revocation(group_id: &str, ssh_port: u16) -> RevokeSecurityGroupIngressInputBuilder {
    let permission = ingress::permission(ssh_port, &[nobodys_rule()]);
    RevokeSecurityGroupIngressInput::builder().group_id(group_id).ip_permissions(permission)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trial_s_key_is_a_key_and_its_network_is_nobody_s() {
        assert_eq!(nobodys_key().algorithm(), "ssh-ed25519");
        assert!(!nobodys_rule().cidr.addr().is_loopback());
    }
}
