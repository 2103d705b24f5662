//! `AWS::Serverless::Function`.

mod code;
mod destination;
mod url;
mod version;

use serde_json::{Value, json};

use crate::error::{Result, SamError};
use crate::events::{self, Invoked};
use crate::generated::{Declared, Generated, propagate_tags};
use crate::role::{self, RoleParts};
use crate::schema;
use crate::translation::{Translated, Translation};
use crate::tree::{Entries, at, get_att, given, if_argument, if_parts, is_no_value, tag_list, truthy};

const TYPE: &str = "AWS::Serverless::Function";
const RESERVED_TAGS: [&str; 3] =
    ["lambda:createdBy", "serverlessrepo:applicationId", "serverlessrepo:semanticVersion"];

pub(crate) fn translate(translation: &mut Translation<'_>, id: &str, entry: &Value) -> Result<Translated> {
    let mut entry = entry.clone();
    if let Some(properties) = entry.get_mut("Properties").and_then(Value::as_object_mut)
        && let Some(expanded) = crate::policies::expand(id, properties.get("Policies"))?
    {
        properties.insert("Policies".into(), expanded);
    }
    let declared = Declared::read(id, &entry, TYPE, schema::FUNCTION)?;
    let linked = events::link_all(translation, id, declared.set("Events"), events::Owner::Function)
        .map_err(|error| error.owned_by(id))?;
    check(&declared)?;
    Function { declared, resources: Vec::new(), policies: Vec::new() }.translate(translation, &linked)
}

fn check(declared: &Declared) -> Result<()> {
    let given = |name: &str| declared.get(name).is_some();
    let mut errors = Vec::new();
    for (one, other) in
        [("CapacityProviderConfig", "ProvisionedConcurrencyConfig"), ("CapacityProviderConfig", "VpcConfig")]
    {
        if given(one) && given(other) {
            errors.push(format!("Cannot specify '{one}' and '{other}' together."));
        }
    }
    for (one, other) in
        [("FunctionScalingConfig", "CapacityProviderConfig"), ("VersionDeletionPolicy", "AutoPublishAlias")]
    {
        if given(one) && !given(other) {
            errors.push(format!("'{one}' requires '{other}'."));
        }
    }
    if !errors.is_empty() {
        return Err(declared.error(errors.join("\n")));
    }
    let policy = declared.get("VersionDeletionPolicy");
    if policy
        .is_some_and(|policy| !crate::tree::is_intrinsic(policy) && policy != "Delete" && policy != "Retain")
    {
        return Err(declared.error(
            "Property 'VersionDeletionPolicy' should be a one of the strings: 'Delete' or 'Retain'.",
        ));
    }
    if given("CapacityProviderConfig") {
        return Err(declared.error("CapacityProviderConfig is not supported."));
    }
    if let Some(queue) = declared.set("DeadLetterQueue") {
        check_dead_letter_queue(declared, queue)?;
    }
    check_tenancy(declared)
}

fn check_dead_letter_queue(declared: &Declared, queue: &Value) -> Result<()> {
    if !at(queue, "Type").is_some_and(truthy) || !at(queue, "TargetArn").is_some_and(truthy) {
        return Err(
            declared.error("'DeadLetterQueue' requires Type and TargetArn properties to be specified.")
        );
    }
    match at(queue, "Type").and_then(Value::as_str) {
        None => Err(declared.error("Property 'DeadLetterQueue.Type' should be a string.")),
        Some("SQS" | "SNS") => Ok(()),
        _ => Err(declared.error("'DeadLetterQueue' requires Type of ['SQS', 'SNS']")),
    }
}

fn check_tenancy(declared: &Declared) -> Result<()> {
    if !declared.is_true("TenancyConfig") {
        return Ok(());
    }
    const SUFFIX: &str = "is not supported for functions enabled with tenancy configuration.";
    for (property, name) in [
        ("ProvisionedConcurrencyConfig", "Provisioned concurrency"),
        ("FunctionUrlConfig", "Function URL"),
        ("SnapStart", "SnapStart"),
    ] {
        if declared.is_true(property) {
            return Err(declared.error(format!("{name} {SUFFIX}")));
        }
    }
    for event in
        declared.set("Events").and_then(Value::as_object).into_iter().flat_map(|events| events.values())
    {
        let kind = at(event, "Type").map(crate::python::shown).unwrap_or_else(|| "None".into());
        if kind != "Api" && kind != "HttpApi" {
            return Err(declared.error(format!(
                "Event source '{kind}' {SUFFIX} Only Api and HttpApi event sources are supported."
            )));
        }
    }
    Ok(())
}

/// Remembers a function's name for the deployments of the APIs that invoke it.
pub(crate) fn note_names(translation: &mut Translation<'_>, entry: &Value) -> Result<()> {
    if entry.get("Type").and_then(Value::as_str).map(str::trim) != Some(TYPE) {
        return Ok(());
    }
    let Some(properties) = entry.get("Properties").and_then(Value::as_object) else { return Ok(()) };
    let name = translation.resolver.resolve_option(properties.get("FunctionName"))?;
    let Some(events) = properties.get("Events").and_then(Value::as_object) else { return Ok(()) };
    for event in events.values().filter(|event| at(event, "Type").is_some_and(|kind| kind == "Api")) {
        let api = at(event, "Properties").and_then(|properties| at(properties, "RestApiId"));
        let api = api.and_then(|api| at(api, "Ref")).or(api).and_then(Value::as_str);
        if let (Some(api), true) = (api, truthy(&name)) {
            translation
                .function_names
                .entry(api.to_owned())
                .or_default()
                .push_str(&crate::python::shown(&name));
        }
    }
    Ok(())
}

struct Function {
    declared: Declared,
    resources: Vec<Generated>,
    /// Policies that what was made so far asks of the role.
    policies: Vec<Value>,
}

impl Function {
    fn translate(
        mut self,
        translation: &mut Translation<'_>,
        linked: &[events::Linked],
    ) -> Result<Translated> {
        let id = self.declared.id.clone();
        let mut function = self.function(translation)?;
        if self.declared.is_true("ProvisionedConcurrencyConfig") && !self.declared.is_true("AutoPublishAlias")
        {
            return Err(self.declared.error(
                "To set ProvisionedConcurrencyConfig AutoPublishALias must be defined on the function",
            ));
        }
        let mut alias = version::publish(translation, &self.declared, &mut function, &mut self.resources)?;
        url::construct(&self.declared, alias.as_ref(), &mut self.resources)?;
        crate::deployment::prepare(translation, &self.declared, alias.as_mut())?;
        if let Some(config) = self.declared.set("EventInvokeConfig").cloned() {
            destination::construct(
                translation,
                &self.declared,
                &config,
                alias.as_ref(),
                &mut self.resources,
                &mut self.policies,
            )?;
        }
        let role = self.role(translation)?;
        let invoked = match &alias {
            Some(alias) => Invoked::alias(alias),
            None => Invoked::function(&function),
        };
        let mut made = events::Made { resources: Vec::new(), role };
        for event in linked {
            events::translate(translation, event, &invoked, &mut made)
                .map_err(|error| error.owned_by(&id))?;
        }
        let used = self.attach_role(translation, &mut function, &mut made.role)?;
        let mut resources = vec![function];
        resources.append(&mut self.resources);
        resources.extend(alias);
        if used {
            resources.push(made.role);
        }
        resources.append(&mut made.resources);
        let propagate = self.declared.is_true("PropagateTags");
        propagate_tags(&mut resources, self.declared.get("Tags"), propagate);
        Ok(Translated::new(&id, resources))
    }

    fn function(&self, translation: &Translation<'_>) -> Result<Generated> {
        let declared = &self.declared;
        let mut function = Generated::new(&declared.id, "AWS::Lambda::Function", &declared.attributes);
        function.depends_on = declared.depends_on.clone();
        function.copy(
            &declared.properties,
            &[
                "Handler",
                "Runtime",
                "Description",
                "MemorySize",
                "Timeout",
                "VpcConfig",
                "Role",
                "Environment",
                "KmsKeyArn",
                "ReservedConcurrentExecutions",
                "Layers",
                "FileSystemConfigs",
                "ImageConfig",
                "PackageType",
                "Architectures",
                "SnapStart",
                "EphemeralStorage",
                "CodeSigningConfigArn",
                "RuntimeManagementConfig",
                "LoggingConfig",
                "TenancyConfig",
                "RecursiveLoop",
                "DurableConfig",
                "PublishToLatestPublished",
            ],
        );
        if let Some(name) = declared.set("FunctionName") {
            function.put("FunctionName", name.clone());
        }
        function.put("Code", Value::Object(code::construct(declared)?));
        function.put("Tags", self.tags()?);
        if self.traces(translation)? {
            function.put("TracingConfig", json!({"Mode": declared.get("Tracing")}));
        }
        if let Some(queue) = declared.set("DeadLetterQueue") {
            function.put("DeadLetterConfig", json!({"TargetArn": at(queue, "TargetArn")}));
        }
        code::check_package(&function)?;
        Ok(function)
    }

    fn tags(&self) -> Result<Vec<Value>> {
        let tags = self.declared.get("Tags").cloned().unwrap_or_else(|| json!({}));
        for reserved in RESERVED_TAGS {
            if at(&tags, reserved).is_some() {
                return Err(self.declared.error(format!(
                    "{reserved} is a reserved Tag key name and cannot be set on your resource. Please change the tag key in the input."
                )));
            }
        }
        let mut list = tag_list(&json!({"lambda:createdBy": "SAM"}));
        list.extend(tag_list(&tags));
        Ok(list)
    }

    fn traces(&self, translation: &Translation<'_>) -> Result<bool> {
        let tracing = self.declared.set("Tracing");
        let resolved = translation.resolver.resolve_option(tracing)?;
        Ok(tracing.is_some() && resolved != "Disabled")
    }

    fn role(&self, translation: &Translation<'_>) -> Result<Generated> {
        let declared = &self.declared;
        let basic = if declared.is_true("DurableConfig") {
            "service-role/AWSLambdaBasicDurableExecutionRolePolicy"
        } else {
            "service-role/AWSLambdaBasicExecutionRole"
        };
        let mut managed = vec![translation.managed_policy(basic)];
        if self.traces(translation)? {
            let name = crate::state_machine::tracing_policy(translation.context.partition);
            managed.push(translation.managed_policy(name));
        }
        if declared.is_true("VpcConfig") {
            managed.push(translation.managed_policy("service-role/AWSLambdaVPCAccessExecutionRole"));
        }
        let mut documents = Vec::new();
        if let Some(queue) = declared.set("DeadLetterQueue") {
            let action = match at(queue, "Type").and_then(Value::as_str) {
                Some("SQS") => "sqs:SendMessage",
                _ => "sns:Publish",
            };
            let target = at(queue, "TargetArn").cloned().unwrap_or_default();
            documents.push(role::dead_letter_policy(action, &target));
        }
        documents.extend(self.policies.iter().cloned());
        role::construct(
            translation,
            RoleParts {
                owner: &declared.id,
                attributes: declared.inherited(),
                trust: declared
                    .get("AssumeRolePolicyDocument")
                    .cloned()
                    .unwrap_or_else(|| role::trust("lambda.amazonaws.com")),
                policies: declared.get("Policies"),
                managed,
                documents,
                path: declared.get("RolePath"),
                boundary: declared.get("PermissionsBoundary"),
                tags: self.tags()?,
            },
        )
    }

    /// Connects function and role; true when the role is to be made.
    fn attach_role(
        &self,
        translation: &mut Translation<'_>,
        function: &mut Generated,
        role: &mut Generated,
    ) -> Result<bool> {
        let Some(given) = given(&function.properties, "Role").cloned() else {
            function.put("Role", get_att(&role.id, "Arn"));
            return Ok(true);
        };
        if if_argument(&given).is_none() {
            return Ok(false);
        }
        let resolved = translation.resolver.resolve(&given)?;
        let parts = if_argument(&resolved)
            .and_then(if_parts)
            .ok_or_else(|| self.declared.error("Malformed 'Role' property: Fn::If requires 3 arguments."))?;
        let (condition, then, otherwise) = parts;
        let arn = get_att(&role.id, "Arn");
        match (is_no_value(then), is_no_value(otherwise)) {
            (true, true) => {
                function.put("Role", arn);
            }
            (true, false) => {
                function.put("Role", json!({"Fn::If": [condition, arn, otherwise]}));
                role.attributes.insert("Condition".into(), condition.clone());
            }
            (false, true) => {
                function.put("Role", json!({"Fn::If": [condition, then, arn]}));
                let negated = format!("NOT{}", crate::python::shown(condition));
                role.attributes.insert("Condition".into(), json!(negated));
                translation.add_condition(&negated, json!({"Fn::Not": [{"Condition": condition}]}));
            }
            (false, false) => return Ok(false),
        }
        Ok(true)
    }
}

/// A property resolved to text, or the error that it must be.
pub(crate) fn resolved_text(
    translation: &Translation<'_>,
    id: &str,
    name: &str,
    properties: &Entries,
) -> Result<Option<String>> {
    match translation.resolver.resolve_option(properties.get(name))? {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text)),
        _ => {
            Err(SamError::resource(id, format!("'{name}' must be a string or a Ref to a template parameter")))
        }
    }
}
