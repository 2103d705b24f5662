//! `AWS::Serverless::Application`: a nested stack.

use serde_json::{Value, json};

use crate::error::Result;
use crate::generated::{Declared, Generated};
use crate::schema;
use crate::translation::Translated;
use crate::tree::{Owner, at, tag_list};

pub(crate) fn translate(id: &str, entry: &Value) -> Result<Translated> {
    let declared = Declared::read(id, entry, "AWS::Serverless::Application", schema::APPLICATION)?;
    let location = declared.get("Location");
    // Applications of the Serverless Application Repository would have to be fetched from it.
    if location.is_some_and(|location| location.is_object()) {
        let owner = Owner::Resource(id);
        owner.required(location.and_then(|location| at(location, "ApplicationId")), "ApplicationId")?;
        return Err(declared.error(
            "Applications of the AWS Serverless Application Repository are not supported; Location must be the URL of a template.",
        ));
    }
    let mut stack = Generated::new(id, "AWS::CloudFormation::Stack", &declared.inherited());
    stack.depends_on = declared.depends_on.clone();
    stack.copy(&declared.properties, &["Parameters", "NotificationARNs", "TimeoutInMinutes"]);
    let mut tags = tag_list(&json!({"lambda:createdBy": "SAM"}));
    tags.extend(declared.get("Tags").map(tag_list).unwrap_or_default());
    stack.put("Tags", tags);
    let url = declared.set("TemplateUrl").or(location).cloned();
    stack.put("TemplateURL", url.unwrap_or_else(|| json!("")));
    Ok(Translated::new(id, vec![stack]))
}
