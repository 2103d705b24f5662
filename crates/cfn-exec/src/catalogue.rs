//! Resource types by name, with who provides them.

use std::sync::Arc;

use indexmap::IndexMap;
use port::{
    BoxFuture, Provisioned, RequestContext, ResourceFailure, ResourceProperty, ResourceProvider,
    ResourceRequest, ResourceTypeDesc,
};

/// All types there are.
#[derive(Clone, Default)]
pub struct Catalogue {
    types: IndexMap<&'static str, (&'static ResourceTypeDesc, Arc<dyn ResourceProvider>)>,
}

impl Catalogue {
    /// The providers' types and CloudFormation's own. Of two providers of one type the first counts.
    pub fn new(providers: Vec<Arc<dyn ResourceProvider>>) -> Self {
        let mut types = IndexMap::new();
        let own: Arc<dyn ResourceProvider> = Arc::new(OwnTypes);
        for provider in providers.into_iter().chain([own]) {
            for description in provider.types() {
                types.entry(description.name).or_insert_with(|| (description, provider.clone()));
            }
        }
        Self { types }
    }

    pub fn find(&self, name: &str) -> Option<&'static ResourceTypeDesc> {
        self.types.get(name).map(|(description, _)| *description)
    }

    pub fn provider(&self, name: &str) -> Option<&Arc<dyn ResourceProvider>> {
        self.types.get(name).map(|(_, provider)| provider)
    }

    /// Names of all types.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.types.keys().copied()
    }
}

/// `AWS::CDK::Metadata`: a record in the template with no effect, there as here.
struct OwnTypes;

static OWN_TYPES: &[ResourceTypeDesc] = &[ResourceTypeDesc {
    name: "AWS::CDK::Metadata",
    properties: &[ResourceProperty::in_place("Analytics"), ResourceProperty::in_place("Modules")],
    attributes: &[],
}];

impl ResourceProvider for OwnTypes {
    fn types(&self) -> &'static [ResourceTypeDesc] {
        OWN_TYPES
    }

    fn create<'a>(
        &'a self,
        _cx: &'a RequestContext,
        request: ResourceRequest,
    ) -> BoxFuture<'a, Result<Provisioned, ResourceFailure>> {
        Box::pin(async move {
            Ok(Provisioned { physical_id: request.generated_name, attributes: serde_json::Map::new() })
        })
    }

    fn update<'a>(
        &'a self,
        _cx: &'a RequestContext,
        request: ResourceRequest,
    ) -> BoxFuture<'a, Result<Provisioned, ResourceFailure>> {
        Box::pin(async move {
            let physical_id = request.physical_id.unwrap_or(request.generated_name);
            Ok(Provisioned { physical_id, attributes: serde_json::Map::new() })
        })
    }

    fn delete<'a>(
        &'a self,
        _cx: &'a RequestContext,
        _request: ResourceRequest,
    ) -> BoxFuture<'a, Result<(), ResourceFailure>> {
        Box::pin(async { Ok(()) })
    }
}
