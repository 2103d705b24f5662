//! `AWS::Serverless::SimpleTable`.

use serde_json::{Value, json};

use crate::error::Result;
use crate::generated::{Declared, Generated};
use crate::schema;
use crate::translation::Translated;
use crate::tree::{Owner, at, tag_list};

pub(crate) fn translate(id: &str, entry: &Value) -> Result<Translated> {
    let declared = Declared::read(id, entry, "AWS::Serverless::SimpleTable", schema::SIMPLE_TABLE)?;
    let mut table = Generated::new(id, "AWS::DynamoDB::Table", &declared.attributes);
    table.depends_on = declared.depends_on.clone();
    let (name, kind) = primary_key(&declared)?;
    table.put("AttributeDefinitions", json!([{"AttributeName": name, "AttributeType": kind}]));
    table.put("KeySchema", json!([{"AttributeName": name, "KeyType": "HASH"}]));
    for property in ["PointInTimeRecoverySpecification", "SSESpecification", "TableName"] {
        if let Some(value) = declared.set(property) {
            table.put(property, value.clone());
        }
    }
    match declared.set("ProvisionedThroughput") {
        Some(throughput) => table.put("ProvisionedThroughput", throughput.clone()),
        None => table.put("BillingMode", "PAY_PER_REQUEST"),
    };
    if let Some(tags) = declared.set("Tags") {
        table.put("Tags", tag_list(tags));
    }
    Ok(Translated::new(id, vec![table]))
}

fn primary_key(declared: &Declared) -> Result<(Value, &'static str)> {
    let Some(key) = declared.set("PrimaryKey") else { return Ok((json!("id"), "S")) };
    let owner = Owner::Resource(&declared.id);
    let name = owner.required(at(key, "Name"), "PrimaryKey.Name")?.clone();
    let kind = owner.required(at(key, "Type"), "PrimaryKey.Type")?;
    match kind.as_str() {
        Some("String") => Ok((name, "S")),
        Some("Number") => Ok((name, "N")),
        Some("Binary") => Ok((name, "B")),
        _ => Err(declared.error(format!("Invalid 'Type' \"{}\".", crate::python::shown(kind)))),
    }
}
