//! Tags that are set after a resource was made. What makes a resource ours is never set here: it comes with the creating
//! call.

use aws_sdk_ec2::operation::create_tags::CreateTagsInput;
use aws_sdk_ec2::operation::create_tags::builders::CreateTagsInputBuilder;
use aws_sdk_ec2::types;
use iac_core::tag::Tag;

use super::client::Aws;
use super::error::CallError;

/// The request that sets tags on one resource.
fn request(id: &str, tags: &[Tag]) -> CreateTagsInputBuilder {
    let tags = tags.iter().map(|tag| types::Tag::builder().key(&tag.key).value(&tag.value).build());
    CreateTagsInput::builder().resources(id).set_tags(Some(tags.collect()))
}

impl Aws {
    /// Sets tags on one resource; others that it has stay.
    pub(crate) async fn tag(&self, id: &str, tags: &[Tag]) -> Result<(), CallError> {
        let answer = request(id, tags).send_with(&self.ec2).await;
        answer.map(drop).map_err(|error| CallError::new(&error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_set_on_one_resource() {
        let built = request("vol-1", &[Tag::new("a", "b")]).build().unwrap();
        assert_eq!(built.resources(), ["vol-1"]);
        assert_eq!((built.tags()[0].key(), built.tags()[0].value()), (Some("a"), Some("b")));
    }
}
