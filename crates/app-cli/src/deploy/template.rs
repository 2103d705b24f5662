//! The template of a folder: reading it, finding the local code it names, and writing it back with that code in S3.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use cfn_plan::template::{Aliases, Source};
use serde_json::{Value, json};

use super::build::{BuildItem, BuildMethod, choose_method};

/// File names tried in a folder, in `sam`'s order.
const NAMES: [&str; 4] = ["template.yaml", "template.yml", "template.json", "serverless.template"];

/// A template and the folder its relative paths start from.
pub struct LocalTemplate {
    pub path: PathBuf,
    pub folder: PathBuf,
    pub value: Value,
}

/// A property that names something local.
#[derive(Clone, Debug)]
pub struct LocalArtifact {
    pub logical_id: String,
    /// The property to be rewritten.
    pub property: &'static str,
    pub form: UriForm,
    pub kind: ArtifactKind,
}

#[derive(Clone, Debug)]
pub enum ArtifactKind {
    /// Code to be built and zipped.
    Code(BuildItem),
    /// A .zip or .jar shipped as it is.
    Archive(PathBuf),
    /// A document (OpenAPI) shipped as it is.
    File(PathBuf),
}

/// How a property names an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UriForm {
    /// `s3://bucket/key`
    Uri,
    /// `{S3Bucket, S3Key}`
    BucketAndKey,
    /// `{Bucket, Key}`
    ShortBucketAndKey,
}

impl LocalTemplate {
    /// `path` is a template or a folder with one.
    pub fn read(path: &Path) -> Result<Self> {
        let file = if path.is_dir() {
            NAMES
                .iter()
                .map(|name| path.join(name))
                .find(|file| file.is_file())
                .with_context(|| format!("{} has no {}", path.display(), NAMES.join(" or ")))?
        } else {
            path.to_owned()
        };
        let text = fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
        let source =
            Source::parse_with(&text, Aliases::Expand).with_context(|| format!("in {}", file.display()))?;
        let folder = file.parent().unwrap_or(Path::new(".")).to_owned();
        Ok(Self { path: file, folder, value: source.value })
    }

    /// Everything local that has to be shipped.
    pub fn artifacts(&self) -> Result<Vec<LocalArtifact>> {
        let Some(resources) = self.value.get("Resources").and_then(Value::as_object) else {
            bail!("{} has no Resources", self.path.display());
        };
        let mut found = Vec::new();
        for (logical_id, resource) in resources {
            let kind = resource.get("Type").and_then(Value::as_str).unwrap_or_default();
            let artifact = match kind {
                "AWS::Serverless::Function" => {
                    self.function(logical_id, resource, "CodeUri", UriForm::Uri)?
                }
                "AWS::Lambda::Function" => {
                    self.function(logical_id, resource, "Code", UriForm::BucketAndKey)?
                }
                "AWS::Serverless::LayerVersion" => {
                    self.layer(logical_id, resource, "ContentUri", UriForm::Uri)?
                }
                "AWS::Lambda::LayerVersion" => {
                    self.layer(logical_id, resource, "Content", UriForm::BucketAndKey)?
                }
                "AWS::Serverless::Api" | "AWS::Serverless::HttpApi" => {
                    self.document(logical_id, resource, "DefinitionUri", UriForm::Uri)
                }
                "AWS::ApiGateway::RestApi" => {
                    self.document(logical_id, resource, "BodyS3Location", UriForm::ShortBucketAndKey)
                }
                _ => None,
            };
            found.extend(artifact);
        }
        Ok(found)
    }

    /// Points the artifact's property to an object.
    pub fn point(&mut self, artifact: &LocalArtifact, bucket: &str, key: &str) -> Result<()> {
        let target = match artifact.form {
            UriForm::Uri => json!(format!("s3://{bucket}/{key}")),
            UriForm::BucketAndKey => json!({ "S3Bucket": bucket, "S3Key": key }),
            UriForm::ShortBucketAndKey => json!({ "Bucket": bucket, "Key": key }),
        };
        let resource = self
            .value
            .pointer_mut(&format!("/Resources/{}", artifact.logical_id))
            .and_then(Value::as_object_mut)
            .with_context(|| format!("{} is not in the template", artifact.logical_id))?;
        let properties = resource.entry("Properties").or_insert_with(|| json!({}));
        properties
            .as_object_mut()
            .with_context(|| format!("{}: Properties is not a mapping", artifact.logical_id))?
            .insert(artifact.property.to_owned(), target);
        Ok(())
    }

    fn function(
        &self,
        logical_id: &str,
        resource: &Value,
        property: &'static str,
        form: UriForm,
    ) -> Result<Option<LocalArtifact>> {
        let properties = resource.get("Properties").unwrap_or(&Value::Null);
        let is_sam = property == "CodeUri";
        if properties.get("InlineCode").is_some() || properties.get("PackageType") == Some(&json!("Image")) {
            return Ok(None);
        }
        let code = match properties.get(property).or_else(|| is_sam.then(|| self.global(property)).flatten())
        {
            Some(Value::String(text)) => text.as_str(),
            Some(_) => return Ok(None),
            None if is_sam => ".",
            None => return Ok(None),
        };
        let runtime = properties
            .get("Runtime")
            .or_else(|| self.global("Runtime"))
            .and_then(Value::as_str)
            .unwrap_or_default();
        self.code(logical_id, resource, code, runtime, None, property, form)
    }

    fn layer(
        &self,
        logical_id: &str,
        resource: &Value,
        property: &'static str,
        form: UriForm,
    ) -> Result<Option<LocalArtifact>> {
        let Some(content) = resource.pointer(&format!("/Properties/{property}")).and_then(Value::as_str)
        else {
            return Ok(None);
        };
        let method = build_method(resource).unwrap_or_default();
        let folder = match method {
            m if m.starts_with("python") => Some("python"),
            m if m.starts_with("nodejs") => Some("nodejs"),
            _ => None,
        };
        self.code(logical_id, resource, content, "", folder, property, form)
    }

    fn code(
        &self,
        logical_id: &str,
        resource: &Value,
        path: &str,
        runtime: &str,
        layer_folder: Option<&'static str>,
        property: &'static str,
        form: UriForm,
    ) -> Result<Option<LocalArtifact>> {
        if is_remote(path) {
            return Ok(None);
        }
        let source = self.folder.join(path);
        if !source.exists() {
            bail!("{logical_id}: {property} names {}, which does not exist", source.display());
        }
        let kind = if source.is_file() {
            ArtifactKind::Archive(source)
        } else {
            let method = choose_method(build_method(resource), runtime, &source)
                .with_context(|| logical_id.to_owned())?;
            let binary = resource
                .pointer("/Metadata/BuildProperties/Binary")
                .and_then(Value::as_str)
                .map(str::to_owned);
            let makefile_folder = (method == BuildMethod::Makefile).then(|| source.join("Makefile"));
            if makefile_folder.is_some_and(|makefile| !makefile.is_file()) {
                bail!("{logical_id}: BuildMethod makefile needs a Makefile in {}", source.display());
            }
            let logical_id = logical_id.to_owned();
            ArtifactKind::Code(BuildItem { logical_id, source, method, binary, layer_folder })
        };
        Ok(Some(LocalArtifact { logical_id: logical_id.to_owned(), property, form, kind }))
    }

    fn document(
        &self,
        logical_id: &str,
        resource: &Value,
        property: &'static str,
        form: UriForm,
    ) -> Option<LocalArtifact> {
        let path = resource.pointer(&format!("/Properties/{property}")).and_then(Value::as_str)?;
        if is_remote(path) {
            return None;
        }
        let kind = ArtifactKind::File(self.folder.join(path));
        Some(LocalArtifact { logical_id: logical_id.to_owned(), property, form, kind })
    }

    fn global(&self, property: &str) -> Option<&Value> {
        self.value.pointer(&format!("/Globals/Function/{property}"))
    }
}

fn build_method(resource: &Value) -> Option<&str> {
    resource.pointer("/Metadata/BuildMethod").and_then(Value::as_str)
}

fn is_remote(path: &str) -> bool {
    path.starts_with("s3://") || path.starts_with("https://") || path.starts_with("http://")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(text: &str) -> (tempfile::TempDir, LocalTemplate) {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("src")).unwrap();
        fs::write(dir.path().join("template.yaml"), text).unwrap();
        let template = LocalTemplate::read(dir.path()).unwrap();
        (dir, template)
    }

    #[test]
    fn local_code_is_found_through_globals_and_pointed_to_its_object() {
        let (_dir, mut template) = template(
            "Globals: {Function: {CodeUri: src/, Runtime: python3.11}}\nResources:\n  A: {Type: 'AWS::Serverless::Function'}\n  B: {Type: 'AWS::Lambda::Function', Properties: {Code: src}}\n  C: {Type: 'AWS::Serverless::Function', Properties: {CodeUri: 's3://b/k'}}\n",
        );
        let artifacts = template.artifacts().unwrap();
        assert_eq!(artifacts.iter().map(|a| a.logical_id.as_str()).collect::<Vec<_>>(), ["A", "B"]);
        for artifact in &artifacts {
            template.point(artifact, "bucket", "key").unwrap();
        }
        assert_eq!(template.value["Resources"]["A"]["Properties"]["CodeUri"], "s3://bucket/key");
        assert_eq!(template.value["Resources"]["B"]["Properties"]["Code"]["S3Key"], "key");
    }

    #[test]
    fn missing_code_is_named_by_its_logical_id() {
        let (_dir, template) =
            template("Resources: {A: {Type: 'AWS::Serverless::Function', Properties: {CodeUri: nowhere/}}}");
        let error = template.artifacts().unwrap_err().to_string();
        assert!(error.contains("A: CodeUri names") && error.contains("nowhere"), "{error}");
    }
}
