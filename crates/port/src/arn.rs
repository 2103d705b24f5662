//! Amazon Resource Names (AWS General Reference, "Amazon Resource Names").

/// The six parts of an ARN, borrowed from its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arn<'a> {
    pub partition: &'a str,
    pub service: &'a str,
    pub region: &'a str,
    pub account: &'a str,
    /// All that follows the fifth colon, colons and slashes included.
    pub resource: &'a str,
}

impl<'a> Arn<'a> {
    /// `None` where the text is not `arn:partition:service:region:account:resource`.
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        if parts.next()? != "arn" {
            return None;
        }
        Some(Self {
            partition: parts.next()?,
            service: parts.next()?,
            region: parts.next()?,
            account: parts.next()?,
            resource: parts.next()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_keeps_the_colons_of_its_resource() {
        let arn = Arn::parse("arn:aws:lambda:us-east-1:123456789012:function:f:live").unwrap();
        assert_eq!(arn.service, "lambda");
        assert_eq!(arn.resource, "function:f:live");
        assert_eq!(Arn::parse("f:live"), None);
        assert_eq!(Arn::parse("arn:aws:s3"), None);
    }
}
