//! What the data plane reads: deployed stages, with the version of the stage's row so that it need not read them again.

use store_kv::{Read, Version};
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::error::storage;
use crate::model::Owner;
use crate::model::http::{HttpDefinition, HttpStage};
use crate::model::rest::{RestDefinition, RestStage};
use crate::tables::{HTTP_DEPLOYMENTS, HTTP_STAGES, OWNERS, REST_DEPLOYMENTS, REST_STAGES};

/// A stage with the definition it serves. `version` changes whenever the stage does.
#[derive(Clone, Debug)]
pub struct Served<S, D> {
    pub version: Version,
    pub stage: S,
    pub definition: D,
}

impl ApiGateway {
    /// Whose API it is and of which kind; none where no API has the id.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn owner(&self, api_id: &str) -> Result<Option<Owner>, ApiError> {
        let snapshot = self.snapshot().await?;
        OWNERS.get(&snapshot, (api_id,)).await.map_err(|e| storage(&e))
    }

    /// The version of a REST API's stage, without reading what it serves.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn rest_stage_version(&self, api_id: &str, stage: &str) -> Result<Option<Version>, ApiError> {
        let snapshot = self.snapshot().await?;
        let entry = snapshot.get(&REST_STAGES.key((api_id, stage))).await.map_err(|e| storage(&e))?;
        Ok(entry.map(|entry| entry.version))
    }

    /// # Errors
    /// If the store fails.
    pub async fn rest_stage(
        &self,
        api_id: &str,
        stage: &str,
    ) -> Result<Option<Served<RestStage, RestDefinition>>, ApiError> {
        let snapshot = self.snapshot().await?;
        let found = REST_STAGES.get_versioned(&snapshot, (api_id, stage)).await.map_err(|e| storage(&e))?;
        let Some((stage, version)) = found else { return Ok(None) };
        let id = stage.settings.deployment_id.as_str();
        let deployment = REST_DEPLOYMENTS.get(&snapshot, (api_id, id)).await.map_err(|e| storage(&e))?;
        Ok(deployment.map(|deployment| Served { version, stage, definition: deployment.definition }))
    }

    /// The version of an HTTP API's stage, without reading what it serves.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn http_stage_version(&self, api_id: &str, stage: &str) -> Result<Option<Version>, ApiError> {
        let snapshot = self.snapshot().await?;
        let entry = snapshot.get(&HTTP_STAGES.key((api_id, stage))).await.map_err(|e| storage(&e))?;
        Ok(entry.map(|entry| entry.version))
    }

    /// A stage that has never been deployed serves an empty definition.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn http_stage(
        &self,
        api_id: &str,
        stage: &str,
    ) -> Result<Option<Served<HttpStage, HttpDefinition>>, ApiError> {
        let snapshot = self.snapshot().await?;
        let found = HTTP_STAGES.get_versioned(&snapshot, (api_id, stage)).await.map_err(|e| storage(&e))?;
        let Some((stage, version)) = found else { return Ok(None) };
        let deployment = match &stage.settings.deployment_id {
            Some(id) => HTTP_DEPLOYMENTS.get(&snapshot, (api_id, id)).await.map_err(|e| storage(&e))?,
            None => None,
        };
        let definition = deployment.map(|deployment| deployment.definition).unwrap_or_default();
        Ok(Some(Served { version, stage, definition }))
    }
}
