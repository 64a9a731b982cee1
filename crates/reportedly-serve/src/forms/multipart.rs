//! Forms with a file (RFC 7578), as much of them as browsers send: parts between boundaries, each with a name.

/// Bytes of a boundary, as RFC 2046 allows them.
const LONGEST: usize = 70;
/// Bytes of a part's own headers.
const HEAD: usize = 4 << 10;

/// One field of a form.
#[derive(Debug, PartialEq, Eq)]
pub struct Part<'b> {
    /// Its name.
    pub name: String,
    /// Whether it is a file.
    pub is_file: bool,
    /// What it holds.
    pub content: &'b [u8],
}

/// The boundary that a content type names; nothing where it is another one.
pub fn boundary(kind: &str) -> Option<&str> {
    let (form, rest) = kind.split_once(';')?;
    if !form.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let mut parameters = rest.split(';').filter_map(|part| part.trim().split_once('='));
    let (_, boundary) = parameters.find(|(name, _)| name.eq_ignore_ascii_case("boundary"))?;
    Some(boundary.trim_matches('"')).filter(|b| (1..=LONGEST).contains(&b.len()))
}

/// The parts of a body. What is cut short, or is none, is passed over.
pub fn parts<'b>(body: &'b [u8], boundary: &str) -> impl Iterator<Item = Part<'b>> {
    let between = format!("\r\n--{boundary}").into_bytes();
    // The first boundary has no line before it.
    let mut rest = find(body, &between[2..]).and_then(|at| body.get(at + between.len() - 2..));
    std::iter::from_fn(move || {
        loop {
            let part = rest?.strip_prefix(b"\r\n")?;
            let end = find(part, &between)?;
            rest = part.get(end + between.len()..);
            if let Some(part) = read(&part[..end]) {
                return Some(part);
            }
        }
    })
}

fn read(part: &[u8]) -> Option<Part<'_>> {
    let end = find(&part[..part.len().min(HEAD)], b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&part[..end]).into_owned();
    let mut lines = head.split("\r\n").filter_map(|line| line.split_once(':'));
    let (_, disposition) = lines.find(|(name, _)| name.eq_ignore_ascii_case("content-disposition"))?;
    let parameter = |wanted: &str| {
        let mut all = disposition.split(';').filter_map(|p| p.trim().split_once('='));
        all.find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value.trim_matches('"'))
    };
    let name = parameter("name")?.to_owned();
    Some(Part { name, is_file: parameter("filename").is_some(), content: &part[end + 4..] })
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_files_are_told_apart() {
        let body = b"--x\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\nabc\r\n\
            --x\r\ncontent-disposition: form-data; name=\"list\"; filename=\"a.opml\"\r\nContent-Type: text/xml\r\n\r\n<opml>\r\n--y\r\n</opml>\r\n\
            --x\r\nX: no name\r\n\r\nlost\r\n--x--\r\n";
        let found: Vec<Part<'_>> = parts(body, "x").collect();
        let part = |name: &str, is_file, content| Part { name: name.to_owned(), is_file, content };
        assert_eq!(
            found,
            [
                part("token", false, b"abc".as_slice()),
                part("list", true, b"<opml>\r\n--y\r\n</opml>".as_slice())
            ]
        );
    }

    #[test]
    fn what_is_cut_or_odd_gives_what_it_has() {
        for body in [
            &b""[..],
            b"--x",
            b"--x\r\n",
            b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\nabc",
            b"--x\r\n\r\n--x--",
        ] {
            assert_eq!(parts(body, "x").count(), 0, "{body:?}");
        }
        let check = |kind: &str, expected: Option<&str>| assert_eq!(boundary(kind), expected, "{kind}");
        check("multipart/form-data; boundary=abc", Some("abc"));
        check("Multipart/Form-Data; charset=utf-8; Boundary=\"a b\"", Some("a b"));
        check("multipart/form-data; boundary=", None);
        check("multipart/mixed; boundary=abc", None);
        check("text/plain", None);
    }
}
