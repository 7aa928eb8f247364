//! Files in, files out.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use crate::failure::Failure;

/// Bytes read at once.
const PIECE: usize = 1 << 18;

/// The whole of a file.
pub fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| Failure::file(path, "cannot be read", &error))
}

/// Hands a file, or standard input for `-`, to `sink` in pieces, unpacked if it is gzipped; the second argument counts
/// the bytes of the file itself.
pub fn stream(path: &Path, mut sink: impl FnMut(&[u8], u64) -> Result<(), Failure>) -> Result<(), Failure> {
    let fail = |error: io::Error| match error.kind() {
        io::ErrorKind::UnexpectedEof => {
            Failure::data(format!("{}: the gzip data is cut off; fetch the file again", path.display()))
        }
        _ => Failure::file(path, "cannot be read", &error),
    };
    let input: Box<dyn Read> =
        if path == Path::new("-") { Box::new(io::stdin().lock()) } else { Box::new(File::open(path).map_err(fail)?) };
    let mut input = Counter { input, counted: 0 };
    let mut magic = [0; 2];
    let begun = fill(&mut input, &mut magic).map_err(fail)?;
    if magic == [0x1f, 0x8b] {
        let mut unpacked = MultiGzDecoder::new(magic.as_slice().chain(input));
        let mut piece = vec![0; PIECE];
        loop {
            match unpacked.read(&mut piece).map_err(fail)? {
                0 => return Ok(()),
                length => {
                    let so_far = unpacked.get_ref().get_ref().1.counted;
                    sink(&piece[..length], so_far)?;
                }
            }
        }
    }
    sink(&magic[..begun], begun as u64)?;
    let mut piece = vec![0; PIECE];
    loop {
        match input.read(&mut piece).map_err(fail)? {
            0 => return Ok(()),
            length => sink(&piece[..length], input.counted)?,
        }
    }
}

struct Counter {
    input: Box<dyn Read>,
    counted: u64,
}

impl Read for Counter {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.input.read(buffer)?;
        self.counted += length as u64;
        Ok(length)
    }
}

fn fill(input: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while length < buffer.len() {
        match input.read(&mut buffer[length..])? {
            0 => break,
            more => length += more,
        }
    }
    Ok(length)
}

/// Writes a file so that its name never stands for a part of it: a temporary file in the same folder, on disk, then
/// renamed.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let fail = |error: &dyn std::fmt::Display| Failure::file(path, "cannot be written", error);
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".predilect-");
    // Temporary files are private; this one becomes a file like any other, less what the user's mask takes away.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut temporary = builder.tempfile_in(folder).map_err(|error| fail(&error))?;
    temporary.write_all(bytes).map_err(|error| fail(&error))?;
    temporary.as_file().sync_all().map_err(|error| fail(&error))?;
    temporary.persist(path).map_err(|error| fail(&error.error))?;
    Ok(())
}

/// Fails early where [`write`] would fail late.
pub fn check_writable(path: &Path) -> Result<(), Failure> {
    if path.is_dir() {
        return Err(Failure::usage(format!(
            "{}: is a folder; name a file, such as {}/shop.predilect",
            path.display(),
            path.display()
        )));
    }
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() && !parent.is_dir() => Err(Failure::usage(format!(
            "{}: the folder {} does not exist; make it first",
            path.display(),
            parent.display()
        ))),
        _ => Ok(()),
    }
}
