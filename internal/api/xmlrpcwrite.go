package api

import (
	"bufio"
	"encoding/xml"
	"io"
	"iter"
	"net/http"
	"strconv"
	"strings"

	"github.com/klauspost/compress/gzip"

	"strongroom/internal/pages"
)

// rpcWriter writes a response as it goes: a list of all projects can have tens
// of megabytes.
type rpcWriter struct{ *bufio.Writer }

// writeRPC answers with a result or a fault. A result is int64, string, nil,
// [][]any or iter.Seq2[string, int64].
func writeRPC(w http.ResponseWriter, r *http.Request, result any, fault *rpcFault) {
	h := w.Header()
	h["Content-Type"], h["Cache-Control"], h["Content-Security-Policy"] = textXML, noStore, nothingElse
	h["Vary"] = varyCoding
	out := io.Writer(w)
	if isLarge(result) && acceptsGzip(r.Header.Get("Accept-Encoding")) {
		h["Content-Encoding"] = []string{"gzip"}
		z := gzip.NewWriter(w)
		defer z.Close()
		out = z
	}
	b := rpcWriter{bufio.NewWriterSize(out, 32<<10)}
	b.WriteString("<?xml version='1.0'?>\n<methodResponse>")
	if fault != nil {
		b.fault(fault)
	} else {
		b.WriteString("<params><param>")
		b.value(result)
		b.WriteString("</param></params>")
	}
	b.WriteString("</methodResponse>\n")
	_ = b.Flush() // a client that went away needs no answer
}

// isLarge picks the answers that are worth compressing.
func isLarge(result any) bool {
	switch v := result.(type) {
	case [][]any:
		return len(v) > 50
	case iter.Seq2[string, int64]:
		return true
	}
	return false
}

// acceptsGzip leaves zstd out, whose encoder is made for prepared pages.
func acceptsGzip(accept string) bool {
	return encodingFor(strings.ReplaceAll(accept, "zstd", "")) == pages.Gzip
}

func (b rpcWriter) fault(f *rpcFault) {
	b.WriteString("<fault><value><struct><member><name>faultCode</name>")
	b.value(int64(f.Code))
	b.WriteString("</member><member><name>faultString</name>")
	b.value(f.Text)
	b.WriteString("</member></struct></value></fault>")
}

// value writes one value. All integers are int: clients know no larger type,
// and take what does not fit into 32 bits.
func (b rpcWriter) value(v any) {
	b.WriteString("<value>")
	switch v := v.(type) {
	case nil:
		b.WriteString("<nil/>")
	case int64:
		b.WriteString("<int>" + strconv.FormatInt(v, 10) + "</int>")
	case string:
		b.WriteString("<string>")
		b.text(v)
		b.WriteString("</string>")
	case [][]any:
		list(b, v, func(row []any) { b.value(row) })
	case []any:
		list(b, v, b.value)
	case iter.Seq2[string, int64]:
		b.members(v)
	}
	b.WriteString("</value>")
}

func list[T any](b rpcWriter, values []T, write func(T)) {
	b.WriteString("<array><data>")
	for _, v := range values {
		write(v)
	}
	b.WriteString("</data></array>")
}

func (b rpcWriter) members(all iter.Seq2[string, int64]) {
	b.WriteString("<struct>")
	for name, n := range all {
		b.WriteString("<member><name>")
		b.text(name)
		b.WriteString("</name>")
		b.value(n)
		b.WriteString("</member>")
	}
	b.WriteString("</struct>")
}

// text writes characters, without those that XML cannot hold.
func (b rpcWriter) text(s string) { _ = xml.EscapeText(b, []byte(legalXML(s))) } // fails when the client left
