package middleware

import "time"

// SetWindow shortens the time in which a body must bring its bytes.
func (b *SlowBody) SetWindow(d time.Duration) { b.window = d }

// ErrorForm is the name of the form that an Accept header asks for.
func ErrorForm(accept string) string { return errorForm(accept) }

// AppendText writes a JSON string as the access log does.
func AppendText(s string) string { return string(appendText(nil, s)) }
