//! A template with parameters, as submitted, to a plan that has been checked: everything that can be refused before
//! anything is made is refused here.

use api_cloudformation::types as t;
use cfn_exec::model::{ParameterValue, Spec, Stack, StackOutput, StoredTemplate};
use cfn_exec::tables::{CURRENT, EXPORTS, TEMPLATES};
use cfn_exec::{Design, DesignError, DesignInput, design, imports};
use cfn_plan::capabilities;
use cfn_plan::intrinsics::dynamic::DynamicReference;
use cfn_plan::parameters::{self, Parameter, ParameterError};
use cfn_plan::plan::{PlanError, ResourceState};
use cfn_plan::template::{Source, transforms_of};
use indexmap::IndexMap;
use port::RequestContext;
use serde_json::{Map, Value};
use store_kv::Read;
use store_table::Scan;
use wire_codec::ApiError;

use crate::error::{self, Failure, storage, validation};
use crate::{CloudFormation, lookup};

/// What was submitted.
#[derive(Debug, Default)]
pub struct Submission {
    pub stack_name: String,
    pub stack_id: String,
    pub template_body: Option<String>,
    pub template_url: Option<String>,
    pub use_previous_template: bool,
    pub parameters: Option<Vec<t::Parameter>>,
    pub capabilities: Option<Vec<t::Capability>>,
    pub tags: Option<Vec<t::Tag>>,
    pub role_arn: Option<String>,
    pub resource_types: Option<Vec<String>>,
    /// A change set shows what transforms make, so it needs no CAPABILITY_AUTO_EXPAND.
    pub is_change_set: bool,
}

/// A submission that can be executed.
#[derive(Debug)]
pub struct Prepared {
    pub template: StoredTemplate,
    pub spec: Spec,
    pub design: Design,
    pub state: IndexMap<String, ResourceState>,
    pub retag: bool,
    pub has_changes: bool,
}

/// Why it can't.
#[derive(Debug)]
pub enum Refusal {
    /// The request is answered with it.
    Now(ApiError),
    /// A change set fails with it; other operations answer it as a ValidationError.
    Later(String),
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        Self::Now(error)
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self::Now(failure.into())
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Now(error) => error,
            Refusal::Later(reason) => validation(reason),
        }
    }
}

impl From<DesignError> for Refusal {
    fn from(error: DesignError) -> Self {
        match error {
            DesignError::Plan(PlanError::UnknownTypes(_)) => Self::Now(validation(error.to_string())),
            DesignError::Plan(_) | DesignError::Value(_) | DesignError::NotSupported(_) => {
                Self::Later(error.to_string())
            }
            other => Self::Now(validation(other.to_string())),
        }
    }
}

impl CloudFormation {
    /// Checks and plans a submission for a stack (`None`: a new one).
    pub(crate) async fn prepare(
        &self,
        cx: &RequestContext,
        stack: Option<&Stack>,
        submission: &Submission,
    ) -> Result<Prepared, Refusal> {
        let snapshot = self.snapshot().await?;
        let text = self.text(cx, &snapshot, stack, submission).await?;
        let source = Source::parse(&text).map_err(|error| validation(error.to_string()))?;
        let parameters = self.parameters(cx, stack, submission, &source.value).await?;
        let transforms = transforms_of(&source.value);
        let processed = transformed(cx, source.value, &transforms, &parameters)?;
        let spec = spec_of(stack, submission, parameters);
        let state = match stack {
            Some(stack) => lookup::state(&snapshot, stack).await?,
            None => IndexMap::new(),
        };
        let retag = stack.is_some_and(|stack| stack.spec.tags != spec.tags) && !state.is_empty();
        let exports = exports(&snapshot, cx, &submission.stack_id).await?;
        let input = DesignInput {
            catalogue: &self.linked()?.catalogue,
            account: cx.account(),
            region: cx.region(),
            stack_name: &submission.stack_name,
            stack_id: &submission.stack_id,
            template: &processed,
            spec: &spec,
            exports: &exports,
            state: &state,
            retag,
        };
        let design = design(&input)?;
        check_capabilities(&design, submission, &transforms)?;
        check_types(&design, submission)?;
        let spec = with_imports(spec, &design, &exports)?;
        let has_changes = stack.is_none_or(|stack| has_changes(stack, &design, retag));
        let template = StoredTemplate { original: text, processed, transforms };
        Ok(Prepared { template, spec, design, state, retag, has_changes })
    }

    async fn text(
        &self,
        cx: &RequestContext,
        read: &impl Read,
        stack: Option<&Stack>,
        submission: &Submission,
    ) -> Result<String, Refusal> {
        let (body, url) = (submission.template_body.as_deref(), submission.template_url.as_deref());
        let given = self.template_text(cx, body, url).await?;
        match (given, stack, submission.use_previous_template) {
            (Some(_), _, true) => {
                Err(validation("Template body or URL can't be given with UsePreviousTemplate").into())
            }
            (Some(text), _, false) => Ok(text),
            (None, Some(stack), true) => {
                let stored = TEMPLATES.get(read, (&stack.uuid, CURRENT)).await.map_err(|e| storage(&e))?;
                Ok(stored.ok_or_else(|| validation("The stack has no previous template."))?.original)
            }
            (None, ..) => Err(validation("Either Template URL or Template Body must be specified.").into()),
        }
    }

    /// Values for the template's parameters: given, previous or default; with what Parameter Store answers.
    async fn parameters(
        &self,
        cx: &RequestContext,
        stack: Option<&Stack>,
        submission: &Submission,
        template: &Value,
    ) -> Result<IndexMap<String, ParameterValue>, Refusal> {
        let declared = declared(template)?;
        let mut given = given(stack, submission)?;
        let missing: Vec<String> = parameters::resolve(&declared, &given, &IndexMap::new())
            .err()
            .and_then(|error| match error {
                ParameterError::SsmMissing(_) => None,
                other => Some(other.to_string()),
            })
            .into_iter()
            .collect();
        if let Some(message) = missing.first() {
            return Err(validation(message).into());
        }
        let mut resolved = IndexMap::new();
        for (name, reference) in parameters::needed_ssm(&declared, &given) {
            let DynamicReference::Ssm { name: entry, version } = reference else { continue };
            let entry = version.map_or(entry.clone(), |version| format!("{entry}:{version}"));
            let answer = self.linked()?.parameters.read(cx, &entry).await.map_err(|error| {
                let missing = ParameterError::SsmMissing(vec![entry.clone()]);
                validation(format!("{missing} ({})", error.message))
            })?;
            if answer.parameter_type == "SecureString" {
                let text = format!(
                    "Parameters [{entry}] referenced by template have types not supported by CloudFormation."
                );
                return Err(validation(text).into());
            }
            resolved.insert(name, answer.value);
        }
        let value = |(name, parameter): (&String, &Parameter)| {
            let value = given.shift_remove(name).or_else(|| parameter.default.clone())?;
            let resolved = resolved.shift_remove(name);
            Some((name.clone(), ParameterValue { value, resolved, no_echo: parameter.no_echo }))
        };
        Ok(declared.iter().filter_map(value).collect())
    }
}

/// The template's parameter declarations.
pub fn declared(template: &Value) -> Result<IndexMap<String, Parameter>, ApiError> {
    let declarations = template.get("Parameters").and_then(Value::as_object);
    let one = |(name, declaration): (&String, &Value)| {
        let parameter = Parameter::from_value(name, declaration)
            .map_err(|text| validation(format!("Template format error: {text}")))?;
        Ok((name.clone(), parameter))
    };
    declarations.into_iter().flatten().map(one).collect()
}

fn given(stack: Option<&Stack>, submission: &Submission) -> Result<IndexMap<String, String>, ApiError> {
    let mut given = IndexMap::new();
    for parameter in submission.parameters.iter().flatten() {
        let Some(key) = parameter.parameter_key.clone() else { continue };
        let value = match (parameter.use_previous_value, &parameter.parameter_value) {
            (Some(true), Some(_)) => {
                return Err(validation(format!(
                    "Invalid input for parameter key {key}. Cannot specify usePreviousValue as true and non empty value for a parameter"
                )));
            }
            (Some(true), None) => stack
                .and_then(|stack| stack.spec.parameters.get(&key))
                .map(|previous| previous.value.clone())
                .ok_or_else(|| {
                    validation(format!(
                        "Invalid input for parameter key {key}. Cannot specify usePreviousValue as true for a parameter key not in the previous template"
                    ))
                })?,
            (_, Some(value)) => value.clone(),
            (_, None) => {
                return Err(validation(format!("Parameter {key} should either have input value specified or use previous value set")));
            }
        };
        given.insert(key, value);
    }
    Ok(given)
}

/// The template after its transforms.
pub fn transformed(
    cx: &RequestContext,
    template: Value,
    transforms: &[String],
    parameters: &IndexMap<String, ParameterValue>,
) -> Result<Value, Refusal> {
    if let Some(other) = transforms.iter().find(|name| *name != cfn_sam::TRANSFORM) {
        return Err(validation(format!("Transform {other} is not supported")).into());
    }
    if transforms.is_empty() {
        return Ok(template);
    }
    let values: Map<String, Value> = parameters
        .iter()
        .map(|(name, value)| {
            let text = value.resolved.as_ref().unwrap_or(&value.value);
            (name.clone(), Value::from(text.as_str()))
        })
        .collect();
    let context = cfn_sam::Context { region: cx.region(), partition: "aws", managed_policy: &|_: &str| None };
    cfn_sam::transform(template, &values, &context).map_err(|errors| {
        let message = cfn_sam::document_message(&errors);
        Refusal::Later(format!("Transform {} failed with: {message}", cfn_sam::TRANSFORM))
    })
}

fn spec_of(
    stack: Option<&Stack>,
    submission: &Submission,
    parameters: IndexMap<String, ParameterValue>,
) -> Spec {
    let previous = stack.map(|stack| &stack.spec);
    Spec {
        description: None,
        parameters,
        tags: match &submission.tags {
            Some(tags) => tags.iter().map(|tag| (tag.key.clone(), tag.value.clone())).collect(),
            None => previous.map(|spec| spec.tags.clone()).unwrap_or_default(),
        },
        capabilities: match &submission.capabilities {
            Some(given) => given.iter().map(|capability| capability.as_str().to_owned()).collect(),
            None => Vec::new(),
        },
        role_arn: submission.role_arn.clone().or_else(|| previous.and_then(|spec| spec.role_arn.clone())),
        imports: IndexMap::new(),
    }
}

fn with_imports(
    mut spec: Spec,
    design: &Design,
    exports: &IndexMap<String, String>,
) -> Result<Spec, Refusal> {
    let names =
        imports(&design.template, &design.scope).map_err(|error| Refusal::Later(error.to_string()))?;
    for name in names {
        let Some(value) = exports.get(&name) else {
            return Err(Refusal::Later(format!("No export named {name} found.")));
        };
        spec.imports.insert(name, value.clone());
    }
    spec.description.clone_from(&design.template.description);
    Ok(spec)
}

fn check_capabilities(
    design: &Design,
    submission: &Submission,
    transforms: &[String],
) -> Result<(), ApiError> {
    let transforms = if submission.is_change_set { &[] } else { transforms };
    let needed = capabilities::needed(&design.template, transforms);
    let given = submission.capabilities.iter().flatten().map(|capability| capability.as_str());
    let missing = needed.missing(given);
    if missing.is_empty() { Ok(()) } else { Err(error::capabilities(&missing)) }
}

/// `ResourceTypes`: what the template may contain.
fn check_types(design: &Design, submission: &Submission) -> Result<(), ApiError> {
    let Some(allowed) = &submission.resource_types else { return Ok(()) };
    let permits = |pattern: &String, name: &str| match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => pattern == name,
    };
    for resource in design.template.resources.values() {
        if !allowed.iter().any(|pattern| permits(pattern, &resource.type_name)) {
            let name = &resource.type_name;
            return Err(validation(format!(
                "Resource type {name} is not allowed by parameter ResourceTypes"
            )));
        }
    }
    Ok(())
}

fn has_changes(stack: &Stack, design: &Design, retag: bool) -> bool {
    if retag || !design.plan.is_empty() {
        return true;
    }
    let outputs: Option<Vec<StackOutput>> = design
        .plan
        .resolve_outputs(&design.plan.scope)
        .ok()
        .map(|outputs| outputs.into_iter().map(StackOutput::from).collect());
    outputs.is_none_or(|outputs| outputs != stack.outputs)
}

/// What other stacks export.
async fn exports(
    read: &impl Read,
    cx: &RequestContext,
    own_id: &str,
) -> Result<IndexMap<String, String>, Failure> {
    let mut found = IndexMap::new();
    let mut after = None;
    loop {
        let prefix = (cx.account(), cx.region());
        let page = EXPORTS.scan(read, prefix, Scan::forward().after(after)).await?;
        for ((_, _, name), export) in page.rows {
            if export.stack_id != own_id {
                found.insert(name, export.value);
            }
        }
        after = page.next;
        if after.is_none() {
            return Ok(found);
        }
    }
}
