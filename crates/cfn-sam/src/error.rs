//! What is wrong with a SAM template, in the translator's words.

/// One error. A template can have several; [`document_message`] puts them together as the API shows them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SamError {
    /// The template as a whole.
    #[error("Structure of the SAM template is invalid. {0}")]
    Template(String),
    /// The `Globals` section.
    #[error("'Globals' section is invalid. {0}")]
    Globals(String),
    /// A resource.
    #[error("Resource with id [{id}] is invalid. {message}")]
    Resource {
        /// Its logical id.
        id: String,
        /// What is wrong.
        message: String,
    },
    /// An event of a function or state machine.
    #[error("Event with id [{id}] is invalid. {message}")]
    Event {
        /// The event's name, or the id of what it makes.
        id: String,
        /// What is wrong.
        message: String,
    },
    /// A resource that would be made has an id that is taken.
    #[error(
        "Transforming resource with id [{id}] attempts to create a new resource with id [{duplicate}] and type \"{type_name}\". A resource with that id already exists within this template. Please use a different id for that resource."
    )]
    Duplicate {
        /// The resource being transformed.
        id: String,
        /// The id that is taken.
        duplicate: String,
        /// What would be made.
        type_name: String,
    },
}

pub(crate) type Result<T> = std::result::Result<T, SamError>;

impl SamError {
    pub(crate) fn resource(id: &str, message: impl Into<String>) -> Self {
        Self::Resource { id: id.to_owned(), message: message.into() }
    }

    pub(crate) fn event(id: &str, message: impl Into<String>) -> Self {
        Self::Event { id: id.to_owned(), message: message.into() }
    }

    pub(crate) fn template(message: impl Into<String>) -> Self {
        Self::Template(message.into())
    }

    /// An event's error becomes its owner's.
    pub(crate) fn owned_by(self, id: &str) -> Self {
        match self {
            Self::Event { .. } => Self::Resource { id: id.to_owned(), message: self.to_string() },
            other => other,
        }
    }
}

/// All errors in one message, as a failed transform reports them.
pub fn document_message(errors: &[SamError]) -> String {
    let mut messages: Vec<String> = Vec::new();
    for error in errors {
        let message = error.to_string();
        if !messages.contains(&message) {
            messages.push(message);
        }
    }
    format!(
        "Invalid Serverless Application Specification document. Number of errors found: {}. {}",
        messages.len(),
        messages.join(" ")
    )
}
