//! Service quotas: how many vCPUs of a group of instance families may run.

use aws_sdk_servicequotas::operation::get_service_quota::GetServiceQuotaInput;

use super::client::Aws;
use super::error::CallError;

impl Aws {
    /// The value of one of EC2's quotas; `None` where the region has no such quota.
    pub(crate) async fn ec2_quota(&self, code: &str) -> Result<Option<u64>, CallError> {
        let request = GetServiceQuotaInput::builder().service_code("ec2").quota_code(code);
        match request.send_with(&self.service_quotas).await.map_err(|error| CallError::new(&error)) {
            Ok(answer) => Ok(answer.quota.and_then(|quota| quota.value).map(whole)),
            Err(error) if error.is("NoSuchResourceException") => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// A quota of vCPUs is a whole number that AWS sends as a fraction.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is clamped to what fits before")]
fn whole(value: f64) -> u64 {
    value.clamp(0.0, f64::from(u32::MAX)) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_is_a_whole_number() {
        assert_eq!([32.0, 0.0, -1.0, f64::NAN, f64::INFINITY].map(whole), [32, 0, 0, 0, u64::from(u32::MAX)]);
    }
}
