//! Which row of the table of calls an error of the SDK belongs to.
//!
//! The SDK has an error type for each call, and [`CallError`](super::CallError) is made only from those named here: a new
//! call does not compile before it has a row, and no call can be taken for another.

use iac_core::policy::Operation;

/// The call that an error of the SDK belongs to.
pub(crate) trait Named {
    /// Its row in the table.
    const OPERATION: Operation;
}

macro_rules! named {
    ($($sdk:ident: $($module:ident $error:ident $operation:ident)*;)*) => {$($(
        impl Named for $sdk::operation::$module::$error {
            const OPERATION: Operation = Operation::$operation;
        }
    )*)*};
}

named! {
    aws_sdk_ec2:
        authorize_security_group_ingress AuthorizeSecurityGroupIngressError AuthorizeSecurityGroupIngress
        create_security_group CreateSecurityGroupError CreateSecurityGroup
        delete_key_pair DeleteKeyPairError DeleteKeyPair
        delete_security_group DeleteSecurityGroupError DeleteSecurityGroup
        create_tags CreateTagsError CreateTags
        describe_images DescribeImagesError DescribeImages
        describe_instance_type_offerings DescribeInstanceTypeOfferingsError DescribeInstanceTypeOfferings
        describe_instance_types DescribeInstanceTypesError DescribeInstanceTypes
        describe_instances DescribeInstancesError DescribeInstances
        describe_key_pairs DescribeKeyPairsError DescribeKeyPairs
        describe_network_interfaces DescribeNetworkInterfacesError DescribeNetworkInterfaces
        describe_security_group_rules DescribeSecurityGroupRulesError DescribeSecurityGroupRules
        describe_security_groups DescribeSecurityGroupsError DescribeSecurityGroups
        describe_subnets DescribeSubnetsError DescribeSubnets
        describe_vpcs DescribeVpcsError DescribeVpcs
        get_console_output GetConsoleOutputError GetConsoleOutput
        import_key_pair ImportKeyPairError ImportKeyPair
        revoke_security_group_ingress RevokeSecurityGroupIngressError RevokeSecurityGroupIngress
        run_instances RunInstancesError RunInstances
        terminate_instances TerminateInstancesError TerminateInstances;
    aws_sdk_ssm:
        get_parameters GetParametersError GetParameters;
    aws_sdk_sts:
        get_caller_identity GetCallerIdentityError GetCallerIdentity;
}
