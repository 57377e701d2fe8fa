//! Small conversions between the SDK's types and ours that every resource needs.

use aws_sdk_ec2::types;
use iac_core::tag::Tag;

/// A filter of one value; the value is a pattern, so a literal goes through `filter_pattern` first.
pub(super) fn filter(name: &str, value: &str) -> types::Filter {
    types::Filter::builder().name(name).values(value).build()
}

/// Our tags; a tag without a key does not exist.
pub(super) fn tags(tags: Option<Vec<types::Tag>>) -> Vec<Tag> {
    let tags = tags.unwrap_or_default().into_iter();
    tags.filter_map(|tag| Some(Tag::new(tag.key?, tag.value.unwrap_or_default()))).collect()
}

/// The tags of a resource in the request that creates it.
pub(super) fn tag_specification(kind: types::ResourceType, tags: &[Tag]) -> types::TagSpecification {
    types::TagSpecification::builder().resource_type(kind).set_tags(Some(sdk_tags(tags))).build()
}

/// Tags as the SDK has them.
pub(super) fn sdk_tags(tags: &[Tag]) -> Vec<types::Tag> {
    tags.iter().map(|tag| types::Tag::builder().key(&tag.key).value(&tag.value).build()).collect()
}

/// A time as we keep it; `None` where it is beyond the calendar.
pub(super) fn timestamp(time: &aws_smithy_types::DateTime) -> Option<jiff::Timestamp> {
    jiff::Timestamp::new(time.secs(), i32::try_from(time.subsec_nanos()).ok()?).ok()
}

/// Text that AWS sends as base64; bytes that are not UTF-8 become replacement characters.
pub(super) fn base64_text(encoded: &str) -> Option<String> {
    let bytes = aws_smithy_types::base64::decode(encoded).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
