//! Which crate may depend on which, as ARCHITECTURE.md says.

use crate::houses::Package;
use crate::tidy::Violation;

/// The layers from the ground up: a crate may depend on what stands before it.
const LAYERS: [&str; 10] = ["base", "wire", "api", "store", "port", "fn", "svc", "cfn", "edge", "app"];

/// Dependencies within a layer: (the one that depends, the one it depends on).
const WITHIN: [(&str, &str); 13] = [
    ("base-id", "base-time"),
    ("base-task", "base-time"),
    ("wire-auth", "wire-codec"),
    ("wire-http", "wire-codec"),
    ("store-table", "store-kv"),
    ("store-timer", "store-kv"),
    ("store-timer", "store-table"),
    ("fn-pool", "fn-runtime"),
    ("fn-runtime", "fn-sandbox"),
    ("cfn-service", "cfn-exec"),
    ("cfn-exec", "cfn-plan"),
    ("cfn-plan", "cfn-sam"),
    ("app-cli", "app-server"),
];

/// Libraries only some layers may know: (library, the crates or layers that may, why).
const KNOWN_BY: [(&str, &[&str], &str); 4] = [
    ("hyper", &["wire-http", "edge", "app"], "only the listeners know HTTP connections"),
    ("hyper-util", &["wire-http", "edge", "app"], "only the listeners know HTTP connections"),
    ("rand", &["base-id"], "randomness comes from base_id::Ids"),
    ("getrandom", &["base-id"], "randomness comes from base_id::Ids"),
];

/// Checks every package of the workspace that has a layer.
pub fn check(packages: &[Package]) -> Vec<Violation> {
    let mut violations = Vec::new();
    for package in packages {
        let Some(place) = layer(&package.name) else {
            if package.folder.starts_with("crates") {
                violations.push(violation(
                    &package.name,
                    "its name starts with no layer of ARCHITECTURE.md".into(),
                ));
            }
            continue;
        };
        for dependency in &package.dependencies {
            // Tests may use what stands beside them in their layer, and any library; services stay apart even there.
            let beside = layer(&dependency.name) == Some(place) && !package.name.starts_with("svc-");
            if !(dependency.dev && beside) {
                violations.extend(check_direction(&package.name, place, &dependency.name));
            }
            if !dependency.dev {
                violations.extend(check_library(&package.name, &dependency.name));
            }
        }
    }
    violations
}

fn check_direction(name: &str, place: usize, dependency: &str) -> Option<Violation> {
    let below = layer(dependency)?;
    if below < place || reaches(name, dependency) {
        return None;
    }
    let what = match (LAYERS.get(place), below == place) {
        (Some(&"svc"), true) => format!("depends on {dependency}: services meet in port, never directly"),
        (_, true) => {
            format!("depends on {dependency}, which ARCHITECTURE.md does not list within their layer")
        }
        _ => format!("depends on {dependency}, which is of a later layer"),
    };
    Some(violation(name, what))
}

/// Whether the list within a layer leads from one crate to the other, in one step or several.
fn reaches(from: &str, to: &str) -> bool {
    WITHIN.iter().any(|(one, other)| *one == from && (*other == to || reaches(other, to)))
}

fn check_library(name: &str, library: &str) -> Option<Violation> {
    let (_, may, why) = KNOWN_BY.iter().find(|(known, ..)| *known == library)?;
    let prefix = name.split('-').next().unwrap_or_default();
    if may.contains(&name) || may.contains(&prefix) {
        return None;
    }
    Some(violation(name, format!("depends on {library}: {why}")))
}

/// The layer's place from the ground up.
fn layer(name: &str) -> Option<usize> {
    let prefix = name.split('-').next().unwrap_or(name);
    let whole = name == "port" || name.contains('-');
    LAYERS.iter().position(|layer| whole && *layer == prefix)
}

fn violation(name: &str, what: String) -> Violation {
    Violation { place: name.to_owned(), what }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::houses::Dependency;

    fn package(name: &str, dependencies: &[&str]) -> Package {
        let dependencies =
            dependencies.iter().map(|name| Dependency { name: (*name).into(), dev: false }).collect();
        Package { name: name.into(), folder: format!("crates/{name}").into(), dependencies }
    }

    fn complaints(name: &str, dependencies: &[&str]) -> Vec<String> {
        check(&[package(name, dependencies)]).into_iter().map(|violation| violation.what).collect()
    }

    #[test]
    fn downwards_is_allowed() {
        assert!(complaints("svc-sqs", &["api-sqs", "port", "store-kv", "base-time", "serde"]).is_empty());
        assert!(complaints("app-cli", &["svc-sqs", "app-server", "hyper"]).is_empty());
    }

    #[test]
    fn upwards_is_refused() {
        assert_eq!(complaints("base-time", &["port"]), ["depends on port, which is of a later layer"]);
    }

    #[test]
    fn services_do_not_know_each_other() {
        let expected = ["depends on svc-s3: services meet in port, never directly"];
        assert_eq!(complaints("svc-lambda", &["svc-s3"]), expected);
    }

    #[test]
    fn within_a_layer_only_what_is_listed_in_that_direction() {
        assert!(complaints("cfn-service", &["cfn-sam", "cfn-exec"]).is_empty());
        assert_eq!(complaints("cfn-sam", &["cfn-plan"]).len(), 1);
    }

    #[test]
    fn hyper_and_randomness_have_their_owners() {
        assert_eq!(
            complaints("svc-s3", &["hyper"]),
            ["depends on hyper: only the listeners know HTTP connections"]
        );
        assert_eq!(
            complaints("store-kv", &["rand"]),
            ["depends on rand: randomness comes from base_id::Ids"]
        );
    }

    #[test]
    fn a_crate_without_a_layer_is_named() {
        assert_eq!(complaints("common", &[]), ["its name starts with no layer of ARCHITECTURE.md"]);
    }
}
