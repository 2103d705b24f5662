//! A plan for people to read.

use std::fmt;

use super::{Action, Plan, Step};

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.steps.is_empty() {
            return f.write_str("No updates are to be performed.\n");
        }
        for step in &self.steps {
            writeln!(f, "{step}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = match &self.action {
            Action::Create => "create",
            Action::Update { .. } => "update",
            Action::Replace { .. } => "replace",
            Action::Reconsider { .. } => "reconsider",
            Action::Delete { .. } => "delete",
            Action::Retain { .. } => "retain",
        };
        write!(f, "{:>3}  {verb:<10} {} ({})", self.index + 1, self.logical_id, self.type_name)?;
        if let Action::Delete { physical_id, .. } | Action::Retain { physical_id, .. } = &self.action {
            write!(f, " {physical_id}")?;
        }
        write!(f, ": {}", self.reason)?;
        if !self.after.is_empty() && !self.is_cleanup() {
            let after: Vec<String> = self.after.iter().map(|index| (index + 1).to_string()).collect();
            write!(f, " [after {}]", after.join(", "))?;
        }
        Ok(())
    }
}
