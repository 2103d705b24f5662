//! Deployment packages: looking into a zip archive and unpacking it, with every limit checked before memory or disk is
//! spent (Lambda quotas, "Deployment package size").

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Component, Path, PathBuf};

use zip::ZipArchive;
use zip::read::ZipFile;

/// Unpacked size of a function with its layers, in bytes.
pub const MAX_UNPACKED_BYTES: u64 = 262_144_000;
/// Files and folders of one archive.
const MAX_ENTRIES: usize = 100_000;
/// A symbolic link's text, in bytes.
const MAX_LINK_BYTES: u64 = 4_096;

/// Why an archive is not taken.
#[derive(Debug)]
pub enum ArchiveError {
    /// Not a zip archive, or damaged.
    Unreadable(String),
    /// An entry would land outside of its folder, or is no file, folder or harmless link.
    Unsafe(String),
    /// More than `MAX_UNPACKED_BYTES` or `MAX_ENTRIES`.
    TooLarge,
    Io(io::Error),
}

impl From<io::Error> for ArchiveError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl ArchiveError {
    /// The text of the InvalidParameterValueException.
    pub fn message(&self) -> String {
        match self {
            Self::Unreadable(cause) => {
                tracing::debug!(%cause, "a package can't be read");
                "Could not unzip uploaded file. Please check your file, then try to upload again.".to_owned()
            }
            Self::Unsafe(entry) => format!(
                "Could not unzip uploaded file: the entry '{entry}' would leave the package's folder or is not a file. Please check your file, then try to upload again."
            ),
            Self::TooLarge => format!("Unzipped size must be smaller than {MAX_UNPACKED_BYTES} bytes"),
            Self::Io(error) => format!("The package could not be read: {error}"),
        }
    }
}

/// Checks the archive without unpacking it; returns the unpacked size its directory declares, in bytes.
pub fn inspect(archive: &Path) -> Result<u64, ArchiveError> {
    let mut zip = open(archive)?;
    let mut total: u64 = 0;
    for index in 0..zip.len() {
        let entry = zip.by_index_raw(index).map_err(|e| ArchiveError::Unreadable(e.to_string()))?;
        place(&entry)?;
        total = total.saturating_add(entry.size());
        if total > MAX_UNPACKED_BYTES {
            return Err(ArchiveError::TooLarge);
        }
    }
    Ok(total)
}

/// Unpacks into `folder`, which must be new. Declared sizes are not believed: what comes out is counted.
pub fn unpack(archive: &Path, folder: &Path) -> Result<(), ArchiveError> {
    let mut zip = open(archive)?;
    let mut left = MAX_UNPACKED_BYTES;
    let mut links = Vec::new();
    fs::create_dir_all(folder)?;
    for index in 0..zip.len() {
        let mut entry = zip.by_index(index).map_err(|e| ArchiveError::Unreadable(e.to_string()))?;
        let target = folder.join(place(&entry)?);
        if entry.is_dir() {
            fs::create_dir_all(&target)?;
        } else if entry.is_symlink() {
            links.push((target, link_text(&mut entry)?));
        } else {
            left = left.checked_sub(write_file(&mut entry, &target, left)?).ok_or(ArchiveError::TooLarge)?;
        }
    }
    // Links last: no entry is ever written through one.
    for (target, text) in links {
        make_parent(&target)?;
        std::os::unix::fs::symlink(text, &target)?;
    }
    Ok(())
}

/// A package of one source file, as CloudFormation's inline code asks for.
pub fn single_file(name: &str, source: &str) -> Result<Vec<u8>, ArchiveError> {
    let mut zip = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().unix_permissions(0o644);
    zip.start_file(name, options).map_err(|e| ArchiveError::Unreadable(e.to_string()))?;
    zip.write_all(source.as_bytes())?;
    let done = zip.finish().map_err(|e| ArchiveError::Unreadable(e.to_string()))?;
    Ok(done.into_inner())
}

fn open(archive: &Path) -> Result<ZipArchive<File>, ArchiveError> {
    let zip = ZipArchive::new(File::open(archive)?).map_err(|e| ArchiveError::Unreadable(e.to_string()))?;
    if zip.len() > MAX_ENTRIES {
        return Err(ArchiveError::TooLarge);
    }
    Ok(zip)
}

/// Where an entry goes, relative to the folder.
fn place<R: Read>(entry: &ZipFile<'_, R>) -> Result<PathBuf, ArchiveError> {
    let name = entry.name().map_err(|e| ArchiveError::Unreadable(e.to_string()))?;
    let unsafe_entry = || ArchiveError::Unsafe(name.chars().take(200).collect());
    let path = Path::new(name.as_ref());
    let is_inside = path.components().all(|c| matches!(c, Component::Normal(_) | Component::CurDir));
    if !is_inside || name.contains('\0') || name.contains('\\') {
        return Err(unsafe_entry());
    }
    let kind = entry.unix_mode().map_or(0, |mode| mode & 0o170_000);
    // 0: not said; regular file; folder; symbolic link. Devices, sockets and pipes have no place in a package.
    if !matches!(kind, 0 | 0o100_000 | 0o040_000 | 0o120_000) {
        return Err(unsafe_entry());
    }
    Ok(path.to_owned())
}

/// A link may point anywhere: it is resolved inside the environment's own root only.
fn link_text<R: Read>(entry: &mut ZipFile<'_, R>) -> Result<String, ArchiveError> {
    let mut text = String::new();
    entry
        .take(MAX_LINK_BYTES)
        .read_to_string(&mut text)
        .map_err(|e| ArchiveError::Unreadable(e.to_string()))?;
    Ok(text)
}

fn write_file<R: Read>(entry: &mut ZipFile<'_, R>, target: &Path, limit: u64) -> Result<u64, ArchiveError> {
    make_parent(target)?;
    let mut file = File::create(target)?;
    let executable = entry.unix_mode().is_none_or(|mode| mode & 0o111 != 0);
    let written = io::copy(&mut entry.take(limit + 1), &mut file)
        .map_err(|e| ArchiveError::Unreadable(e.to_string()))?;
    file.flush()?;
    if written > limit {
        return Err(ArchiveError::TooLarge);
    }
    // The function runs as another user, so others must read it.
    fs::set_permissions(target, fs::Permissions::from_mode(if executable { 0o755 } else { 0o644 }))?;
    Ok(written)
}

fn make_parent(target: &Path) -> io::Result<()> {
    target.parent().map_or(Ok(()), fs::create_dir_all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    fn archive(entries: &[(&str, &[u8])]) -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.zip");
        let mut zip = ZipWriter::new(File::create(&path).unwrap());
        for (name, bytes) in entries {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap();
        (dir, path)
    }

    #[test]
    fn a_package_is_unpacked_readable_for_others() {
        let (dir, path) = archive(&[("app.py", b"x = 1"), ("pkg/m.py", b"y")]);
        let folder = dir.path().join("out");
        assert_eq!(inspect(&path).unwrap(), 6);
        unpack(&path, &folder).unwrap();
        assert_eq!(fs::read(folder.join("pkg/m.py")).unwrap(), b"y");
        assert_eq!(fs::metadata(folder.join("app.py")).unwrap().permissions().mode() & 0o044, 0o044);
    }

    #[test]
    fn entries_that_escape_are_refused_by_name() {
        for name in ["../evil", "/etc/evil", "a/../../evil", "a\\b"] {
            let (_dir, path) = archive(&[(name, b"x")]);
            match inspect(&path) {
                Err(ArchiveError::Unsafe(entry)) => assert_eq!(entry, name),
                other => panic!("{name}: {other:?}"),
            }
        }
    }

    #[test]
    fn a_bomb_is_refused_before_it_is_unpacked() {
        let zeros = vec![0u8; 90 << 20];
        let (dir, path) = archive(&[("a", &zeros), ("b", &zeros), ("c", &zeros)]);
        assert!(fs::metadata(&path).unwrap().len() < 1 << 20);
        assert!(matches!(inspect(&path), Err(ArchiveError::TooLarge)));
        assert!(matches!(unpack(&path, &dir.path().join("out")), Err(ArchiveError::TooLarge)));
    }

    #[test]
    fn what_is_no_archive_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.zip");
        fs::write(&path, b"not a zip").unwrap();
        assert!(matches!(inspect(&path), Err(ArchiveError::Unreadable(_))));
    }
}
