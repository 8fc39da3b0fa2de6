package coremeta

import "bytes"

// header is one header of a METADATA file. The value keeps the line breaks
// and indentation of its continuation lines.
type header struct {
	name, value string
}

// parseHeaders cuts a METADATA or PKG-INFO file into headers and body (M-06),
// with the results of Python's email parser, which defines the format. The
// headers end at the first empty line, or before the first line that is
// neither a header nor a continuation. A line that begins a header without
// being one ("From ", which separates mails, or ": x") has an empty name.
func parseHeaders(b []byte) (headers []header, body []byte) {
	var name, value []byte // of the header that is being read; its lines stand together
	flush := func() {
		if name != nil {
			headers = append(headers, header{string(name), trimmed(value)})
		}
	}
	for len(b) > 0 {
		line, rest := cutLine(b)
		colon := headerColon(line)
		switch {
		case line[0] == '\n' || line[0] == '\r':
			flush()
			return headers, rest
		case line[0] == ' ' || line[0] == '\t':
			if name != nil {
				value = value[:len(value)+len(line)]
			}
		case bytes.HasPrefix(line, []byte("From ")):
			flush()
			name, value = line[:0], line
		case colon < 0:
			flush()
			return headers, b
		default:
			flush()
			name, value = line[:colon], line[colon+1:]
		}
		b = rest
	}
	flush()
	return headers, nil
}

// trimmed takes the space before and the line break after a value off.
func trimmed(value []byte) string {
	return string(bytes.TrimRight(bytes.TrimLeft(value, " \t\r\n"), "\r\n"))
}

// cutLine returns the first line of b with its break, and the rest. Lines end
// with LF, CR LF or CR.
func cutLine(b []byte) (line, rest []byte) {
	end := bytes.IndexAny(b, "\r\n")
	switch {
	case end < 0:
		return b, nil
	case b[end] == '\r' && end+1 < len(b) && b[end+1] == '\n':
		end++
	}
	return b[:end+1], b[end+1:]
}

// headerColon returns where the name of a header ends, or -1 if line is none:
// a name is printable ASCII without space.
func headerColon(line []byte) int {
	for i, c := range line {
		if c == ':' {
			return i
		}
		if c <= ' ' || c > '~' {
			return -1
		}
	}
	return -1
}
