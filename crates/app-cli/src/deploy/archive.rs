//! Zip archives of built code: the same bytes for the same content, so that an unchanged function keeps its key in S3.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// A finished archive.
pub struct Archive {
    pub path: PathBuf,
    pub size_bytes: u64,
    pub sha256_hex: String,
}

/// Writes `folder`'s files, sorted by path and without times, to `path`.
pub fn write(folder: &Path, path: &Path) -> Result<Archive> {
    let file = BufWriter::new(File::create(path).with_context(|| format!("making {}", path.display()))?);
    let mut zip = ZipWriter::new(file);
    let mut files = Vec::new();
    collect(folder, &mut files)?;
    files.sort();
    if files.is_empty() {
        bail!("{} has no files to ship", folder.display());
    }
    for source in files {
        let name = source.strip_prefix(folder)?.to_str().context("a file name that is not UTF-8")?.to_owned();
        let mode = if fs::metadata(&source)?.permissions().mode() & 0o111 == 0 { 0o644 } else { 0o755 };
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default())
            .unix_permissions(mode);
        zip.start_file(name, options)?;
        io::copy(&mut File::open(&source)?, &mut zip)
            .with_context(|| format!("packing {}", source.display()))?;
    }
    zip.finish()?.flush()?;
    describe(path)
}

/// Size and digest of an archive that exists already.
pub fn describe(path: &Path) -> Result<Archive> {
    let mut hash = Sha256::new();
    let mut file = File::open(path).with_context(|| format!("opening {}", path.display()))?;
    let mut buffer = vec![0; 64 * 1024];
    let mut size_bytes = 0;
    loop {
        let n = io::Read::read(&mut file, &mut buffer)?;
        if n == 0 {
            break;
        }
        hash.update(&buffer[..n]);
        size_bytes += n as u64;
    }
    Ok(Archive { path: path.to_owned(), size_bytes, sha256_hex: hex::encode(hash.finalize()) })
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() { collect(&path, files)? } else { files.push(path) }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_content_gives_the_same_archive() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("code");
        fs::create_dir_all(folder.join("pkg")).unwrap();
        fs::write(folder.join("pkg/b.py"), "b").unwrap();
        fs::write(folder.join("a.py"), "a").unwrap();
        let first = write(&folder, &dir.path().join("1.zip")).unwrap();
        let second = write(&folder, &dir.path().join("2.zip")).unwrap();
        assert_eq!(first.sha256_hex, second.sha256_hex);
        assert!(first.size_bytes > 0);
    }

    #[test]
    fn an_empty_folder_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("code");
        fs::create_dir_all(&folder).unwrap();
        assert!(write(&folder, &dir.path().join("x.zip")).is_err());
    }
}
