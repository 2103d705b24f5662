//! Where code packages and layers come from: the request, S3, layer versions.

use bytes::Bytes;
use port::{Access, Arn, RequestContext};
use wire_codec::ApiError;

use crate::archive::MAX_UNPACKED_BYTES;
use crate::error::{self, storage};
use crate::model::{Code, Layer, LayerUse};
use crate::tables::LAYERS;
use crate::{Lambda, names};

/// Layers of a function (Lambda quotas).
const MAX_LAYERS: usize = 5;

/// As CreateFunction, UpdateFunctionCode and PublishLayerVersion name it.
#[derive(Clone, Debug, Default)]
pub struct CodeSource {
    pub zip_file: Option<Bytes>,
    pub s3_bucket: Option<String>,
    pub s3_key: Option<String>,
    pub s3_object_version: Option<String>,
}

impl Lambda {
    /// Reads the package and stores it; durable when this returns.
    pub(crate) async fn load_code(&self, cx: &RequestContext, source: CodeSource) -> Result<Code, ApiError> {
        match (source.zip_file, source.s3_bucket, source.s3_key) {
            (Some(bytes), None, None) => self.0.code.put_bytes(bytes).await,
            (None, Some(bucket), Some(key)) => {
                let version_id = source.s3_object_version.as_deref();
                let object = self
                    .links()?
                    .objects
                    .read(cx, &bucket, &key, version_id)
                    .await
                    .map_err(|e| s3_error(&e))?;
                self.0.code.put(object.body).await
            }
            (None, None, None) => Err(error::invalid_parameter("Please provide a source for function code.")),
            (Some(_), ..) => Err(error::invalid_parameter(
                "Please do not provide other FunctionCode parameters when providing a ZipFile.",
            )),
            (None, ..) => Err(error::invalid_parameter("Both S3Bucket and S3Key are needed for code in S3.")),
        }
    }

    /// Layer versions by ARN, each allowed to the caller, all together within the unpacked limit.
    pub(crate) async fn layers(
        &self,
        cx: &RequestContext,
        arns: Vec<String>,
    ) -> Result<Vec<LayerUse>, ApiError> {
        if arns.len() > MAX_LAYERS {
            return Err(error::invalid_parameter(format!("Cannot reference more than {MAX_LAYERS} layers.")));
        }
        let snapshot = self.snapshot().await?;
        let mut layers = Vec::with_capacity(arns.len());
        let mut names = Vec::with_capacity(arns.len());
        for arn in arns {
            let (account, region, name, number) = parse_layer_version(&arn)?;
            cx.authorize(Access::new("lambda:GetLayerVersion", &arn).owned_by(&account)).await?;
            if names.contains(&name) {
                return Err(error::invalid_parameter(format!(
                    "Two different versions of the same layer are not allowed to be referenced in the same function: {name}"
                )));
            }
            let layer = LAYERS
                .get(&snapshot, (account, region, name.clone(), number))
                .await
                .map_err(|e| storage(&e))?;
            let Some(Layer { code, .. }) = layer else {
                return Err(error::invalid_parameter(format!("Layer version {arn} does not exist.")));
            };
            names.push(name);
            layers.push(LayerUse { arn, code });
        }
        let unpacked: u64 = layers.iter().map(|layer| layer.code.unpacked_bytes).sum();
        if unpacked > MAX_UNPACKED_BYTES {
            return Err(error::invalid_parameter(format!(
                "Function code combined with layers exceeds the maximum allowed size of {MAX_UNPACKED_BYTES} bytes. The actual size is {unpacked} bytes."
            )));
        }
        Ok(layers)
    }
}

/// Account, region, name and number of `arn:aws:lambda:region:account:layer:name:number`.
pub fn parse_layer_version(arn: &str) -> Result<(String, String, String, u64), ApiError> {
    let parsed = Arn::parse(arn).filter(|a| a.service == "lambda").and_then(|a| {
        let (name, number) = a.resource.strip_prefix("layer:")?.split_once(':')?;
        Some((a.account.to_owned(), a.region.to_owned(), name.to_owned(), names::version_number(number)?))
    });
    parsed.ok_or_else(|| error::invalid_parameter(format!("Invalid layer version ARN: {arn}")))
}

fn s3_error(cause: &ApiError) -> ApiError {
    match cause.code.as_ref() {
        "AccessDenied" => ApiError::new(
            "AccessDeniedException",
            403,
            format!(
                "Your access has been denied by S3, please make sure your request credentials have permission to GetObject for the package. S3 Error Code: AccessDenied. S3 Error Message: {}",
                cause.message
            ),
        ),
        code => error::invalid_parameter(format!(
            "Error occurred while GetObject. S3 Error Code: {code}. S3 Error Message: {}",
            cause.message
        )),
    }
}
