//! Capabilities: what a template may do only when whoever deploys it says so.
//!
//! Follows "Acknowledging IAM resources in CloudFormation templates" of the user guide.

use crate::template::Template;

/// An acknowledgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Capability {
    /// `CAPABILITY_IAM`: IAM resources. `CAPABILITY_NAMED_IAM` covers it.
    Iam,
    /// `CAPABILITY_NAMED_IAM`: IAM resources with names of their own.
    NamedIam,
    /// `CAPABILITY_AUTO_EXPAND`: macros, transforms among them, and nested stacks that have them.
    AutoExpand,
}

impl Capability {
    /// As the API spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Iam => "CAPABILITY_IAM",
            Self::NamedIam => "CAPABILITY_NAMED_IAM",
            Self::AutoExpand => "CAPABILITY_AUTO_EXPAND",
        }
    }
}

/// What a template needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needed {
    /// In the order the API lists them.
    pub capabilities: Vec<Capability>,
    /// Why: "The following resource(s) require capabilities: [..]".
    pub reason: Option<String>,
}

/// IAM types, with the property that names their resources.
const IAM_TYPES: &[(&str, Option<&str>)] = &[
    ("AWS::IAM::AccessKey", None),
    ("AWS::IAM::Group", Some("GroupName")),
    ("AWS::IAM::InstanceProfile", Some("InstanceProfileName")),
    ("AWS::IAM::ManagedPolicy", Some("ManagedPolicyName")),
    ("AWS::IAM::Policy", None),
    ("AWS::IAM::Role", Some("RoleName")),
    ("AWS::IAM::User", Some("UserName")),
    ("AWS::IAM::UserToGroupAddition", None),
];

/// The capabilities a template needs. `transforms` are those of the template as it was submitted; a change set needs
/// no [`Capability::AutoExpand`] for them, because it shows what they make.
pub fn needed(template: &Template, transforms: &[String]) -> Needed {
    let mut types: Vec<&str> = Vec::new();
    let (mut iam, mut named) = (false, false);
    for resource in template.resources.values() {
        let Some((name, property)) = IAM_TYPES.iter().find(|(name, _)| *name == resource.type_name) else {
            continue;
        };
        iam = true;
        named |= property.is_some_and(|property| resource.properties.contains_key(property));
        if !types.contains(name) {
            types.push(name);
        }
    }
    let mut capabilities = Vec::new();
    match (iam, named) {
        (_, true) => capabilities.push(Capability::NamedIam),
        (true, false) => capabilities.push(Capability::Iam),
        (false, false) => {}
    }
    if !transforms.is_empty() {
        capabilities.push(Capability::AutoExpand);
    }
    let reason = (!types.is_empty())
        .then(|| format!("The following resource(s) require capabilities: [{}]", types.join(", ")));
    Needed { capabilities, reason }
}

impl Needed {
    /// What is needed and not among the given names.
    pub fn missing<'a>(&self, given: impl IntoIterator<Item = &'a str>) -> Vec<Capability> {
        let given: Vec<&str> = given.into_iter().collect();
        let covered = |capability: &Capability| match capability {
            Capability::Iam => given.contains(&"CAPABILITY_IAM") || given.contains(&"CAPABILITY_NAMED_IAM"),
            other => given.contains(&other.name()),
        };
        self.capabilities.iter().filter(|capability| !covered(capability)).copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_need_an_acknowledgement_and_named_ones_a_stronger_one() {
        let role = |properties: &str| {
            let text = format!("Resources: {{R: {{Type: 'AWS::IAM::Role', Properties: {properties}}}}}");
            needed(&Template::parse(&text).unwrap(), &["AWS::Serverless-2016-10-31".to_owned()])
        };
        let plain = role("{Path: /}");
        assert_eq!(plain.capabilities, [Capability::Iam, Capability::AutoExpand]);
        assert_eq!(
            plain.reason.as_deref(),
            Some("The following resource(s) require capabilities: [AWS::IAM::Role]")
        );
        assert_eq!(plain.missing(["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]), []);
        assert_eq!(
            role("{RoleName: r}").missing(["CAPABILITY_IAM"]),
            [Capability::NamedIam, Capability::AutoExpand]
        );
    }
}
