package inspect

// DecodeRequest is how Handle reads a request.
func DecodeRequest(request []byte) (Request, error) { return decodeRequest(request) }

// EncodeReport is what Handle returns.
func EncodeReport(r Report) []byte { return r.encode() }
