//! svc-apigateway: see ARCHITECTURE.md.
