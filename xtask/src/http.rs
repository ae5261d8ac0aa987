//! A server of files for one machine: GET and HEAD, one thread a connection, loopback only.

use anyhow::{Context, Result};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// A request's first line and headers together may be this long, in bytes.
const REQUEST_BYTES_MAX: u64 = 16 * 1024;
const READ_TIMEOUT: Duration = Duration::from_secs(10);

/// What to answer.
pub(crate) struct Answer {
    pub(crate) status: &'static str,
    pub(crate) content_type: &'static str,
    pub(crate) body: Vec<u8>,
}

/// Takes a port of the loopback address.
pub(crate) fn listen(port: u16) -> Result<TcpListener> {
    TcpListener::bind(("127.0.0.1", port))
        .with_context(|| format!("port {port} is taken or not allowed; choose another with --port"))
}

/// Answers for ever. `answer` gets the path of the request, without its query.
pub(crate) fn serve(listener: &TcpListener, answer: impl Fn(&str) -> Answer + Send + Sync + 'static) {
    let answer = Arc::new(answer);
    for connection in listener.incoming() {
        let Ok(connection) = connection else { continue };
        let answer = Arc::clone(&answer);
        std::thread::spawn(move || {
            // A browser that goes away in the middle is no news.
            let _ = handle(connection, &*answer);
        });
    }
}

fn handle(connection: TcpStream, answer: &(impl Fn(&str) -> Answer + ?Sized)) -> std::io::Result<()> {
    connection.set_read_timeout(Some(READ_TIMEOUT))?;
    let mut reader = BufReader::new((&connection).take(REQUEST_BYTES_MAX));
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let mut header = String::new();
    while reader.read_line(&mut header)? > 0 && !header.trim().is_empty() {
        header.clear();
    }
    let mut words = first.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or("/"));
    let answer = match method {
        "GET" | "HEAD" => answer(target.split('?').next().unwrap_or("/")),
        _ => plain("405 Method Not Allowed", "only GET"),
    };
    let mut writer = &connection;
    write!(
        writer,
        "HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n",
        answer.status,
        answer.content_type,
        answer.body.len(),
    )?;
    if method != "HEAD" {
        writer.write_all(&answer.body)?;
    }
    writer.flush()
}

/// A short answer in words.
pub(crate) fn plain(status: &'static str, words: &str) -> Answer {
    Answer { status, content_type: "text/plain; charset=utf-8", body: words.as_bytes().to_vec() }
}

/// The file of a folder that a path names.
pub(crate) fn file(folder: &Path, path: &str) -> Answer {
    let found = inside(folder, path).and_then(|file| fs::read(&file).ok().map(|body| (file, body)));
    match found {
        Some((file, body)) => Answer { status: "200 OK", content_type: content_type(&file), body },
        None => plain("404 Not Found", "there is no such file"),
    }
}

/// Only plain names, so that no path leaves the folder.
fn inside(folder: &Path, path: &str) -> Option<PathBuf> {
    let mut file = folder.to_path_buf();
    for name in path.split('/').filter(|name| !name.is_empty()) {
        if name.starts_with('.') || name.contains(['\\', '%', ':']) {
            return None;
        }
        file.push(name);
    }
    Some(if path.ends_with('/') { file.join("index.html") } else { file })
}

fn content_type(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("json") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_leaves_the_folder() {
        for path in ["/../secret", "/a/../../secret", "/%2e%2e/secret", "/.git/config", "/c:/x", "/..\\x"] {
            assert_eq!(inside(Path::new("dist"), path), None, "{path}");
        }
    }

    #[test]
    fn a_folder_answers_with_its_index() {
        assert_eq!(inside(Path::new("dist"), "/"), Some(PathBuf::from("dist/index.html")));
        assert_eq!(inside(Path::new("dist"), "/a/b.js"), Some(PathBuf::from("dist/a/b.js")));
    }
}
